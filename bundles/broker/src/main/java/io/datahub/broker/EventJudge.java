package io.datahub.broker;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.JudgedBy;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A validator of events, with what it judges. It is asked for only when it is to judge. For any thread. */
final class EventJudge {

    private static final Logger LOG = LoggerFactory.getLogger(EventJudge.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    /** How long the thread of a transport waits for a verdict. */
    private static final long MAX_MILLIS = 1_000;

    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final JudgedBy signature;
    private final List<byte[]> prefixes;
    private final Supplier<EventValidator> validator;
    private final ExecutorService threads;

    /** How many events it is still busy with although nobody waits for its verdict any more. */
    private final AtomicInteger overdue = new AtomicInteger();

    private volatile EventValidator present;
    private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - SILENCE_NANOS);

    /**
     * @param prefixes the beginnings of the topics that it judges
     * @param threads validate, so that the thread of a transport waits for a limited time only
     */
    EventJudge(JudgedBy signature, List<byte[]> prefixes, Supplier<EventValidator> validator, ExecutorService threads) {
        this.threads = threads;
        this.signature = signature;
        this.prefixes = List.copyOf(prefixes);
        this.validator = validator;
    }

    JudgedBy signature() {
        return signature;
    }

    boolean judges(byte[] topic) {
        return prefixes.stream().anyMatch(prefix -> Topic.begins(topic, prefix));
    }

    /** Has all of them judge an event; the refusal has what all of them found. */
    static Optional<Refusal> ask(List<EventJudge> judges, String topic, String user, ByteBuffer payload) {
        List<Violation> found = new ArrayList<>();
        String failed = "";
        for (EventJudge judge : judges) {
            try {
                judge.verdict(topic, user, payload.asReadOnlyBuffer())
                        .violations()
                        .forEach(violation -> found.add(violation.by(judge.signature)));
            } catch (Exception | StackOverflowError e) {
                failed = judge.failed(topic, e);
            }
        }
        if (!failed.isEmpty()) {
            return Optional.of(new Refusal(Reason.UNAVAILABLE, failed, found, RETRY_AFTER));
        }
        return found.isEmpty() ? Optional.empty() : Optional.of(Refusal.invalid(found));
    }

    /** Waits for a verdict, at most {@value #MAX_MILLIS} ms; while a validator is overdue it gets nothing else to validate. */
    private Verdict verdict(String topic, String user, ByteBuffer payload) throws Exception {
        if (overdue.get() > 0) {
            throw new IllegalStateException(
                    "it is still busy with an event that took it longer than " + MAX_MILLIS + " ms");
        }
        ByteBuffer copy = ByteBuffer.allocate(payload.remaining()).put(payload).flip();
        AtomicBoolean abandonedOrDone = new AtomicBoolean();
        Future<Verdict> verdict = threads.submit(() -> {
            try {
                return validator().judge(topic, user, copy.asReadOnlyBuffer());
            } finally {
                if (!abandonedOrDone.compareAndSet(false, true)) {
                    overdue.decrementAndGet();
                }
            }
        });
        try {
            return verdict.get(MAX_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw new IllegalStateException(String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            overdue.incrementAndGet();
            if (!abandonedOrDone.compareAndSet(false, true)) {
                overdue.decrementAndGet();
            }
            throw new IllegalStateException("it took longer than " + MAX_MILLIS + " ms", e);
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

    /** Logs it, but not for each event. */
    private String failed(String topic, Throwable cause) {
        long now = System.nanoTime();
        long last = lastLogged.get();
        if (now - last >= SILENCE_NANOS && lastLogged.compareAndSet(last, now)) {
            LOG.error(
                    "event=validator-failed validator={} version={} topic=\"{}\"",
                    signature.name(),
                    signature.version(),
                    topic,
                    cause);
        }
        return "the validator " + signature.name() + " failed: " + cause.getMessage();
    }
}
