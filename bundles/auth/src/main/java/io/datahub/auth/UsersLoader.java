package io.datahub.auth;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.health.Health;
import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.auth.record.LastGoodUsers;
import io.datahub.auth.record.UsersRecord;
import io.datahub.auth.record.UsersVersion;
import io.datahub.auth.users.InvalidUsersException;
import io.datahub.auth.users.StoredCredential.Kind;
import io.datahub.auth.users.UsersReader;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the users record: at startup, after each change, and repeatedly while that fails. Creates the record if it is
 * missing. Reading happens on a thread of its own, since it must not hold up other changes of records; writing, which
 * may have to wait for the record's validator and for reading, on the executor.
 */
final class UsersLoader {

    private static final Logger LOG = LoggerFactory.getLogger(UsersLoader.class);
    private static final Duration MIN_BACKOFF = Duration.ofSeconds(1);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);
    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long POLL_MILLIS = 100;

    private final UsersRecord record;
    private final LastGoodUsers lastGood;
    private final CurrentUsers currentUsers;
    private final boolean isShared;
    private final Supplier<InitialUsersFile> firstUsers;
    private final Clock clock;
    private final ScheduledExecutorService executor;
    private final ExecutorService reader = Executors.newSingleThreadExecutor(task -> new Thread(task, "datahub-users"));
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile Optional<Refusal> failure = Optional.empty();
    private volatile InitialUsersFile first; // created once, before the executor has tasks

    // Used by the executor's thread only.
    private Duration backoff = MIN_BACKOFF;
    private boolean isOffered; // whether the first users were offered to the store, and what became of it isn't known

    /** @param isShared whether other hubs may change the record while this one is stopped */
    UsersLoader(
            UsersRecord record,
            LastGoodUsers lastGood,
            CurrentUsers currentUsers,
            boolean isShared,
            Supplier<InitialUsersFile> firstUsers,
            Clock clock,
            ScheduledExecutorService executor) {
        this.record = record;
        this.lastGood = lastGood;
        this.currentUsers = currentUsers;
        this.isShared = isShared;
        this.firstUsers = firstUsers;
        this.clock = clock;
        this.executor = executor;
    }

    /**
     * Loads the record if it exists. Whatever is missing, or changes without notification, is handled on the executor.
     *
     * @throws IllegalArgumentException if a first administrator is needed and the token supplied for it is unusable
     */
    void start() {
        refresh("").join();
        if (isMissing() && lastGood.read().isEmpty()) {
            first = firstUsers.get();
        }
        if (isMissing()) {
            executor.execute(this::retry);
        } else {
            schedule(MIN_BACKOFF);
        }
    }

    /** Loads the record after a change; completed when that is done. */
    CompletionStage<Void> changed(Change change) {
        return refresh(change.user().orElse("")).whenComplete((done, thrown) -> {
            if (thrown != null || failure.isPresent()) {
                schedule(MIN_BACKOFF);
            }
        });
    }

    /**
     * Waits until the users are those that other hubs have by now: the change of one of them, which has been answered
     * there, may not have arrived here. Blocks.
     *
     * @throws IOException if they don't arrive within a second or two
     */
    void awaitLatest() throws IOException {
        long deadline = System.nanoTime() + MAX_WAIT_NANOS;
        while (true) {
            String known = currentUsers.etag();
            if (record.etag().filter(latest -> !latest.equals(known)).isEmpty()) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("this hub doesn't have the present users yet");
            }
            currentUsers.awaitOther(known, POLL_MILLIS);
        }
    }

    /** Loads no more. */
    void close() {
        reader.shutdown();
    }

    /** Waits for what was being loaded; false if that takes longer. */
    boolean awaitEnd(long seconds) throws InterruptedException {
        return reader.awaitTermination(seconds, TimeUnit.SECONDS);
    }

    Health health() {
        String problem = failure.map(refusal -> "; " + refusal.detail()).orElse("");
        if (currentUsers.isEmpty()) {
            return Health.down("no users are loaded" + problem);
        }
        String which = currentUsers.isRestored() ? " of the last good version" : "";
        String detail = currentUsers.get().all().size() + " users" + which + problem;
        List<String> unusable = currentUsers.unusable();
        return unusable.isEmpty()
                ? Health.ready(detail)
                : Health.degraded(detail + "; " + unusable.size() + " of the ssh-key and trust elements can't be used, "
                        + "correct or remove them; the first: " + unusable.get(0));
    }

    private boolean isMissing() {
        return failure.map(refusal -> refusal.reason() == Reason.NOT_FOUND).orElse(false);
    }

    private CompletableFuture<Void> refresh(String author) {
        try {
            return CompletableFuture.runAsync(() -> failure = load(author), reader);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(null); // closed
        }
    }

    private Optional<Refusal> load(String author) {
        Optional<Refusal> refusal;
        try {
            Result<UsersVersion> read = record.read();
            refusal = read.refusal();
            if (refusal.isEmpty()) {
                currentUsers.put(read.get(), author);
            }
        } catch (IOException e) {
            refusal = Optional.of(
                    new Refusal(Reason.UNAVAILABLE, RecordPath.USERS + " can't be read: " + FailureText.of(e)));
        } catch (InvalidUsersException e) {
            LOG.error("event=auth.users.invalid file={} reason={}", RecordPath.USERS, LogText.quoted(e.getMessage()));
            refusal = Optional.of(new Refusal(Reason.INVALID, RecordPath.USERS + " is invalid: " + e.getMessage()));
        }
        if (refusal.filter(this::isRestorable).isPresent()) {
            currentUsers.restore();
        }
        return refusal;
    }

    /** Whether the last good version may take the place of the record: not if it could be older than what others have. */
    private boolean isRestorable(Refusal refusal) {
        return !isShared || refusal.reason() == Reason.INVALID;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // retry catches all exceptions
    private void schedule(Duration delay) {
        if (scheduled.compareAndSet(false, true)) {
            executor.schedule(this::retry, delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void retry() {
        scheduled.set(false);
        try {
            refresh("").join();
            if (isMissing()) {
                create();
            }
            settle();
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "event=auth.users.creation-failed file={} reason={}",
                    RecordPath.USERS,
                    LogText.quoted(e.toString()));
        }
        if (failure.isPresent()) {
            schedule(backoff);
            backoff = backoff.multipliedBy(2).compareTo(MAX_BACKOFF) < 0 ? backoff.multipliedBy(2) : MAX_BACKOFF;
        } else {
            backoff = MIN_BACKOFF;
        }
    }

    private void create() throws IOException {
        Optional<byte[]> lastGoodBytes = lastGood.read().filter(UsersLoader::isGood);
        if (lastGoodBytes.isPresent()) {
            created(record.create(lastGoodBytes.get()), "last-good");
        } else {
            first = first == null ? firstUsers.get() : first;
            isOffered = true;
            created(record.create(first.prepare(clock.instant())), "new");
        }
    }

    /**
     * Decides what becomes of the first administrator's token once there are users: another hub may have been faster, and
     * the answer to our own attempt may have been lost.
     */
    private void settle() throws IOException {
        if (!isOffered || failure.isPresent()) {
            return;
        }
        if (currentUsers.get().owning(Kind.TOKEN, first.sha256()).isPresent()) {
            first.created();
        } else {
            first.discard();
        }
        isOffered = false;
    }

    private void created(Result<Change> result, String origin) {
        refresh("").join();
        result.refusal()
                .ifPresentOrElse(
                        refusal -> LOG.warn(
                                "event=auth.users.rejected file={} origin={} reason={}",
                                RecordPath.USERS,
                                origin,
                                LogText.quoted(refusal.detail())),
                        () -> LOG.info("event=auth.users.stored file={} origin={}", RecordPath.USERS, origin));
    }

    private static boolean isGood(byte[] bytes) {
        try {
            return !UsersReader.readAccepted(bytes, unusable -> {}).all().isEmpty();
        } catch (InvalidUsersException e) {
            return false;
        }
    }
}
