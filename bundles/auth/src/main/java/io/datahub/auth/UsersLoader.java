package io.datahub.auth;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.health.Health;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.auth.StoredCredential.Kind;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the users record into force: at the start, after each change, and again and again while that fails. Makes the
 * record where there is none. Reading happens on whatever thread tells of a change; writing, which may have to wait for
 * the record's validator, on the executor alone.
 */
final class UsersLoader {

    private static final Logger LOG = LoggerFactory.getLogger(UsersLoader.class);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LATER = Duration.ofSeconds(10);

    private final UsersRecord record;
    private final LastGoodUsers lastGood;
    private final CurrentUsers inForce;
    private final Supplier<FirstUsers> firstUsers;
    private final Clock clock;
    private final ScheduledExecutorService executor;
    private final ReentrantLock loading = new ReentrantLock();
    private final AtomicBoolean wanted = new AtomicBoolean();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile String author = "";
    private volatile Optional<Refusal> trouble = Optional.empty();
    private volatile FirstUsers first; // made once, before the executor has work
    private Duration pause = SOON; // of the executor's thread

    UsersLoader(
            UsersRecord record,
            LastGoodUsers lastGood,
            CurrentUsers inForce,
            Supplier<FirstUsers> firstUsers,
            Clock clock,
            ScheduledExecutorService executor) {
        this.record = record;
        this.lastGood = lastGood;
        this.inForce = inForce;
        this.firstUsers = firstUsers;
        this.clock = clock;
        this.executor = executor;
    }

    /**
     * Reads the record if it is there. Whatever is missing, or changes before anybody tells, follows on the executor.
     *
     * @throws IllegalArgumentException if a first administrator is needed and the token supplied for it won't do
     */
    void start() {
        refresh();
        if (isMissing() && lastGood.read().isEmpty()) {
            first = firstUsers.get();
        }
        if (isMissing()) {
            executor.execute(this::step);
        } else {
            again(SOON);
        }
    }

    /** Reads the record after somebody changed it. */
    void changed(Change change) {
        author = change.user().orElse("");
        refresh();
        if (trouble.isPresent()) {
            again(SOON);
        }
    }

    Health health() {
        String problem = trouble.map(refusal -> "; " + refusal.detail()).orElse("");
        if (inForce.isNobody()) {
            return Health.down("no users are in force" + problem);
        }
        String which = inForce.isRestored() ? " of the last good version" : "";
        return Health.ready(inForce.get().all().size() + " users" + which + problem);
    }

    private boolean isMissing() {
        return trouble.map(refusal -> refusal.reason() == Reason.NOT_FOUND).orElse(false);
    }

    /**
     * Reads the record, unless another thread does; that one then reads it once more. So no thread waits here for another,
     * whatever locks of the store either may hold.
     */
    private void refresh() {
        wanted.set(true);
        while (wanted.get() && loading.tryLock()) {
            try {
                while (wanted.getAndSet(false)) {
                    trouble = load();
                }
            } finally {
                loading.unlock();
            }
        }
    }

    private Optional<Refusal> load() {
        Optional<Refusal> refusal;
        try {
            Result<UsersVersion> read = record.read();
            refusal = read.refusal();
            if (refusal.isEmpty()) {
                inForce.put(read.get(), author);
                author = "";
            }
        } catch (IOException e) {
            refusal = Optional.of(new Refusal(Reason.UNAVAILABLE, RecordPath.USERS + " can't be read: " + e));
        } catch (InvalidUsersException e) {
            LOG.error("users=not-in-force file={} reason={}", RecordPath.USERS, LogText.quoted(e.getMessage()));
            refusal = Optional.of(new Refusal(Reason.INVALID, RecordPath.USERS + " is no good: " + e.getMessage()));
        }
        if (refusal.isPresent()) {
            inForce.restore();
        }
        return refusal;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // step catches what it throws
    private void again(Duration delay) {
        if (scheduled.compareAndSet(false, true)) {
            executor.schedule(this::step, delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void step() {
        scheduled.set(false);
        try {
            refresh();
            if (isMissing()) {
                create();
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("users=not-created file={} reason={}", RecordPath.USERS, LogText.quoted(e.toString()));
        }
        if (trouble.isPresent()) {
            again(pause);
            pause = pause.multipliedBy(2).compareTo(LATER) < 0 ? pause.multipliedBy(2) : LATER;
        } else {
            pause = SOON;
        }
    }

    private void create() throws IOException {
        Optional<byte[]> kept = lastGood.read().filter(UsersLoader::isGood);
        if (kept.isPresent()) {
            created(record.create(kept.get()), "restored");
        } else {
            first = first == null ? firstUsers.get() : first;
            Result<Change> result = record.create(first.prepare(clock.instant()));
            created(result, "created");
            if (!result.isRefused()) {
                first.created();
            } else if (result.refusal().orElseThrow().reason() == Reason.PRECONDITION_FAILED
                    && inForce.get().owning(Kind.TOKEN, first.sha256()).isEmpty()) {
                first.discard();
            }
        }
    }

    private void created(Result<Change> result, String what) {
        refresh();
        result.refusal()
                .ifPresentOrElse(
                        refusal -> LOG.warn(
                                "users=not-{} file={} reason={}",
                                what,
                                RecordPath.USERS,
                                LogText.quoted(refusal.detail())),
                        () -> LOG.info("users={} file={}", what, RecordPath.USERS));
    }

    private static boolean isGood(byte[] bytes) {
        try {
            return !UsersReader.read(bytes).all().isEmpty();
        } catch (InvalidUsersException e) {
            return false;
        }
    }
}
