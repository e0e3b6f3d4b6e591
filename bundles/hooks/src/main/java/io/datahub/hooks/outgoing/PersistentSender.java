package io.datahub.hooks.outgoing;

import io.datahub.api.hook.RecentDelivery;
import io.datahub.api.log.LogText;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.StateEntry;
import io.datahub.hooks.status.RecentDeliveries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends messages to a target until it has accepted or refused each, or has ended everything by 410. One thread sends; the
 * other methods are for any thread.
 */
final class PersistentSender {

    private static final Logger LOG = LoggerFactory.getLogger(PersistentSender.class);

    private static final int MAX_RECENT = 20;
    private static final String ENDED = "ended";

    private final String name;
    private final Target target;
    private final AdapterState state;
    private final String urlHash;
    private final BooleanSupplier isOwner;
    private final Backoff backoff = new Backoff(ThreadLocalRandom.current());
    private final RecentDeliveries recent = new RecentDeliveries(MAX_RECENT);

    final LongAdder delivered = new LongAdder();
    final LongAdder retried = new LongAdder();

    private int resumptions; // guarded by this
    private boolean stopping; // guarded by this
    private volatile boolean ended;
    private volatile String failure = "";
    private volatile long failingSince;
    private volatile Optional<RecentDelivery> retrying = Optional.empty();
    private volatile Optional<Instant> nextAttempt = Optional.empty();

    /**
     * @param name the name of the webhook, for logs
     * @param state where it is stored that the target has ended it
     * @param urlHash a hash of the target's URL, which may have a secret in it
     * @param isOwner whether this hub may send: false when another hub of the cluster may have taken over
     */
    PersistentSender(String name, Target target, AdapterState state, String urlHash, BooleanSupplier isOwner) {
        this.name = name;
        this.target = target;
        this.state = state;
        this.urlHash = urlHash;
        this.isOwner = isOwner;
    }

    /** Finds out whether the target has ended it. Another URL is another target, so that a correction resumes it. */
    void loadEnd() throws IOException {
        Optional<StateEntry> end = state.get(ENDED);
        boolean isCurrent = end.isPresent() && end.get().text().equals(urlHash);
        if (end.isPresent() && !isCurrent) {
            state.delete(ENDED);
        }
        ended = isCurrent;
    }

    /**
     * Sends a message.
     *
     * @return that it was delivered, or refused for good
     * @throws InterruptedException if this is stopped
     * @throws IOException if another hub of the cluster may have taken over, or the state can't be written
     */
    Attempt send(Message message) throws IOException, InterruptedException {
        for (int attempts = 1; ; attempts++) {
            awaitResumption();
            Attempt attempt = target.send(message);
            if (attempt.what() != Attempt.What.DELIVERED) {
                requireOwner(); // another hub may have got another answer
            }
            switch (attempt.what()) {
                case DELIVERED, REFUSED -> {
                    if (attempt.what() == Attempt.What.DELIVERED) {
                        delivered.increment();
                    }
                    recovered();
                    recent.add(
                            message.id(),
                            List.of(message.topic()),
                            attempt.what().toString().toLowerCase(Locale.ROOT),
                            attempt.detail());
                    return attempt;
                }
                case GONE -> end();
                case RETRY -> retryLater(message, attempt, attempts);
            }
        }
    }

    void recovered() {
        if (!failure.isEmpty()) {
            LOG.info("event=hooks.webhook.recovered webhook={}", name);
        }
        failure = "";
        retrying = Optional.empty();
    }

    /** Records a failure, and waits as long as it asks for, or until this is resumed. */
    void retryLater(Message message, Attempt attempt, int attempts) throws IOException, InterruptedException {
        retried.increment();
        retrying =
                Optional.of(RecentDeliveries.of(message.id(), List.of(message.topic()), "retrying", attempt.detail()));
        if (failure.isEmpty()) {
            failingSince = System.currentTimeMillis();
            LOG.warn("event=hooks.webhook.failed webhook={} reason={}", name, LogText.quoted(attempt.detail()));
        } else {
            LOG.debug(
                    "event=hooks.webhook.failed webhook={} reason={} attempts={}",
                    name,
                    LogText.quoted(attempt.detail()),
                    attempts);
        }
        failure = attempt.detail();
        pause(backoff.after(attempts, attempt.retryAfter()));
        awaitResumption();
    }

    private void end() throws IOException {
        state.put(ENDED, urlHash.getBytes(StandardCharsets.US_ASCII)).get();
        ended = true;
        LOG.error("event=hooks.webhook.ended webhook={} reason=\"the target answered 410\"", name);
    }

    private synchronized void awaitResumption() throws IOException, InterruptedException {
        while (ended && !stopping && isOwner.getAsBoolean()) {
            wait();
        }
        if (stopping) {
            throw new InterruptedException("the webhook is being stopped");
        }
        requireOwner();
    }

    private void requireOwner() throws IOException {
        if (!isOwner.getAsBoolean()) {
            failure = "";
            retrying = Optional.empty();
            throw new IOException("another hub of the cluster may have taken over");
        }
    }

    /** Waits, but not if it is resumed. */
    private synchronized void pause(Duration length) throws InterruptedException {
        long deadline = System.nanoTime() + length.toNanos();
        int before = resumptions;
        nextAttempt = Optional.of(Instant.now().plus(length));
        for (long left = length.toMillis(); left > 0 && before == resumptions && !stopping; ) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
        nextAttempt = Optional.empty();
    }

    /** Sends again at once, also if the target has ended it. */
    void resume() throws IOException {
        state.delete(ENDED);
        ended = false;
        endPause();
    }

    /** Tries again at once, if this hub still may. */
    synchronized void endPause() {
        resumptions++;
        notifyAll();
    }

    /** Has whatever is being sent fail. */
    synchronized void stop() {
        stopping = true;
        notifyAll();
    }

    boolean hasEnded() {
        return ended;
    }

    /** Why the last attempt has failed; empty if it hasn't. */
    String failure() {
        return failure;
    }

    /** How long attempts have failed. */
    long failingMillis() {
        return System.currentTimeMillis() - failingSince;
    }

    Optional<Instant> nextAttempt() {
        return nextAttempt;
    }

    /** The message that is tried again, if there is one, and the last ones before it, the newest first. */
    List<RecentDelivery> recent() {
        List<RecentDelivery> last = new ArrayList<>(recent.list());
        retrying.ifPresent(current -> last.add(0, current));
        return last;
    }
}
