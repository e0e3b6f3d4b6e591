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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A validator of events, with what it judges. It is asked for only when it is to judge. For any thread. */
final class EventJudge {

    private static final Logger LOG = LoggerFactory.getLogger(EventJudge.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final JudgedBy signature;
    private final List<byte[]> prefixes;
    private final Supplier<EventValidator> validator;
    private volatile EventValidator present;
    private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - SILENCE_NANOS);

    /** @param prefixes the beginnings of the topics that it judges */
    EventJudge(JudgedBy signature, List<byte[]> prefixes, Supplier<EventValidator> validator) {
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

    private Verdict verdict(String topic, String user, ByteBuffer payload) throws Exception {
        EventValidator asked = present;
        if (asked == null) {
            asked = validator.get();
            if (asked == null) {
                throw new IllegalStateException("its component can't be activated");
            }
            present = asked;
        }
        return asked.judge(topic, user, payload);
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
