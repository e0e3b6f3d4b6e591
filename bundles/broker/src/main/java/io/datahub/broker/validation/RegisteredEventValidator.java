package io.datahub.broker.validation;

import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogLimit;
import io.datahub.api.log.LogText;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Verdict;
import io.datahub.broker.topic.TopicPrefixes;
import java.nio.ByteBuffer;
import java.time.Duration;
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
 * A registered event validator with its topics and its own thread pool, so that a slow validator doesn't block others.
 * The service is obtained when it is first needed. Thread-safe.
 */
public final class RegisteredEventValidator {

    /** The number of events that are validated concurrently. */
    public static final int THREADS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(RegisteredEventValidator.class);
    private static final long IDLE_SECONDS = 30;

    private final ValidatorId id;
    private final TopicPrefixes topics;
    private final Duration timeLimit;
    private final Supplier<EventValidator> validator;
    private final ValidationWatch watch;
    private final ThreadPoolExecutor threads;

    /** The number of threads that are still busy with an event whose validation has timed out. */
    private final AtomicInteger stuck = new AtomicInteger();

    private volatile EventValidator current;
    private final LogLimit limit = new LogLimit(1, Duration.ofSeconds(10));

    /**
     * @param topics the topics that it validates
     * @param timeLimit of one validation
     * @param watch enforces the time limits
     */
    public RegisteredEventValidator(
            ValidatorId id,
            TopicPrefixes topics,
            Duration timeLimit,
            Supplier<EventValidator> validator,
            ValidationWatch watch) {
        this.id = id;
        this.topics = topics;
        this.timeLimit = timeLimit;
        this.validator = validator;
        this.watch = watch;
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread =
                            new Thread(task, "datahub-event-validator-" + id.name() + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    public ValidatorId id() {
        return id;
    }

    public boolean matches(byte[] topic) {
        return topics.match(topic);
    }

    /** How many of its {@value #THREADS} threads are stuck in a validation that has timed out. */
    public int stuck() {
        return stuck.get();
    }

    /**
     * Validates an event on one of its own threads, without blocking.
     *
     * @param outcome receives the verdict or the failure, once, on any thread, possibly before this returns
     */
    public void validate(
            String topic, String user, ByteBuffer payload, BiConsumer<? super Verdict, ? super Throwable> outcome) {
        if (stuck.get() >= THREADS) {
            outcome.accept(
                    null,
                    new SlowValidationException("all its " + THREADS + " threads are still busy with events"
                            + " that have timed out after " + timeLimit.toMillis() + " ms"));
            return;
        }
        ValidationAttempt attempt =
                new ValidationAttempt(() -> validator().validate(topic, user, payload), timeLimit, stuck, outcome);
        watch.watch(attempt);
        try {
            threads.execute(() -> {
                attempt.run();
                watch.unwatch(attempt);
            });
        } catch (RejectedExecutionException e) {
            attempt.cancel("the hub is stopping");
        }
    }

    private EventValidator validator() {
        EventValidator service = current;
        if (service == null) {
            service = validator.get();
            if (service == null) {
                throw new IllegalStateException("its component can't be activated");
            }
            current = service;
        }
        return service;
    }

    /** Logs a failure, with a rate limit: as a warning what events can cause, as an error what needs fixing. */
    public String reportFailure(String topic, Throwable cause) {
        LogLimit.Decision line = limit.next();
        if (line.mayWrite()) {
            String quotedTopic = LogText.quoted(topic);
            String reason = LogText.quoted(cause);
            if (cause instanceof SlowValidationException) {
                LOG.warn(
                        "event=broker.validator.timed-out validator={} version={} topic={} reason={} suppressed={}",
                        id.name(),
                        id.version(),
                        quotedTopic,
                        reason,
                        line.suppressed());
            } else {
                LOG.error(
                        "event=broker.validator.failed validator={} version={} topic={} reason={} suppressed={}",
                        id.name(),
                        id.version(),
                        quotedTopic,
                        reason,
                        line.suppressed(),
                        cause);
            }
        }
        return "the validator " + id.name() + " failed: " + FailureText.of(cause);
    }

    /** Interrupts its threads. */
    public void close() {
        threads.shutdownNow();
    }
}
