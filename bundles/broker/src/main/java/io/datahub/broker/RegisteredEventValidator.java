package io.datahub.broker;

import io.datahub.api.log.LogLimit;
import io.datahub.api.log.LogText;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.JudgedBy;
import io.datahub.api.validation.Verdict;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A validator of events, with the topics that it validates and the threads on which it does so, which are its own: a slow
 * one keeps nobody else's. It is asked for only when it is to validate. For any thread.
 */
final class RegisteredEventValidator {

    /** So many events are validated at once. */
    static final int THREADS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(RegisteredEventValidator.class);
    private static final long IDLE_SECONDS = 30;

    private final JudgedBy signature;
    private final List<byte[]> prefixes;
    private final Supplier<EventValidator> validator;
    private final ValidationWatch watch;
    private final ThreadPoolExecutor threads;

    /** How many of its threads are busy with an event for whose verdict nobody waits any more. */
    private final AtomicInteger stuck = new AtomicInteger();

    private volatile EventValidator present;
    private final LogLimit limit = new LogLimit(1, Duration.ofSeconds(10));

    /**
     * @param prefixes the beginnings of the topics that it judges
     * @param watch ends the wait for late verdicts
     */
    RegisteredEventValidator(
            JudgedBy signature, List<byte[]> prefixes, Supplier<EventValidator> validator, ValidationWatch watch) {
        this.signature = signature;
        this.prefixes = List.copyOf(prefixes);
        this.validator = validator;
        this.watch = watch;
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(
                            task, "datahub-event-validator-" + signature.name() + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    JudgedBy signature() {
        return signature;
    }

    boolean judges(byte[] topic) {
        return prefixes.stream().anyMatch(prefix -> Topic.begins(topic, prefix));
    }

    /** How many of its {@value #THREADS} threads don't come back from a validation that is late. */
    int stuck() {
        return stuck.get();
    }

    /**
     * Validates an event on a thread of its own; returns at once.
     *
     * @param outcome gets the verdict, or why there is none, once, on any thread, perhaps before this returns
     */
    void judge(String topic, String user, ByteBuffer payload, BiConsumer<? super Verdict, ? super Throwable> outcome) {
        if (stuck.get() >= THREADS) {
            outcome.accept(
                    null,
                    new SlowValidationException("all its " + THREADS + " threads are still busy with events"
                            + " that took longer than " + ValidationAttempt.MAX_MILLIS + " ms"));
            return;
        }
        ValidationAttempt attempt =
                new ValidationAttempt(() -> validator().judge(topic, user, payload), stuck, outcome);
        watch.watch(attempt);
        try {
            threads.execute(() -> {
                attempt.run();
                watch.forget(attempt);
            });
        } catch (RejectedExecutionException e) {
            attempt.cancel("the hub stops");
        }
    }

    private EventValidator validator() {
        EventValidator asked = present;
        if (asked == null) {
            asked = validator.get();
            if (asked == null) {
                throw new IllegalStateException("its component can't be activated");
            }
            present = asked;
        }
        return asked;
    }

    /** Logs it, but not for each event; as an error what somebody has to mend, not what events can bring about. */
    String failed(String topic, Throwable cause) {
        LogLimit.Decision line = limit.next();
        if (line.mayWrite()) {
            String text = "event=validator-failed validator={} version={} topic={} failure={} leftOut={}";
            String shown = LogText.quoted(topic);
            String failure = LogText.quoted(cause);
            if (cause instanceof SlowValidationException) {
                LOG.warn(text, signature.name(), signature.version(), shown, failure, line.leftOut());
            } else {
                LOG.error(text, signature.name(), signature.version(), shown, failure, line.leftOut(), cause);
            }
        }
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return "the validator " + signature.name() + " failed: " + message;
    }

    /** Interrupts what it is busy with. */
    void close() {
        threads.shutdownNow();
    }
}
