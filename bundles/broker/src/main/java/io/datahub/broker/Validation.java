package io.datahub.broker;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An event on its way through all the validators of its topic, one after the other; the refusal has what all of them found.
 * Holds no thread while it waits for one. Each step follows the one before, on whatever thread that ended.
 */
final class Validation {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final List<RegisteredEventValidator> judges;
    private final String topic;
    private final String user;
    private final ByteBuffer payload;
    private final Consumer<Optional<Refusal>> done;
    private final List<Violation> found = new ArrayList<>();
    private String failed = "";
    private int next;

    /**
     * Prepares it.
     *
     * @param payload nobody changes it any more, also after the end
     * @param done gets the outcome, once, on any thread, perhaps before {@link #begin} returns
     */
    Validation(
            List<RegisteredEventValidator> judges,
            String topic,
            String user,
            ByteBuffer payload,
            Consumer<Optional<Refusal>> done) {
        this.judges = judges;
        this.topic = topic;
        this.user = user;
        this.payload = payload.asReadOnlyBuffer();
        this.done = done;
    }

    void begin() {
        if (next == judges.size()) {
            done.accept(outcome());
            return;
        }
        RegisteredEventValidator judge = judges.get(next++);
        judge.judge(topic, user, payload.asReadOnlyBuffer(), (verdict, failure) -> {
            note(judge, verdict, failure);
            begin();
        });
    }

    private void note(RegisteredEventValidator judge, Verdict verdict, Throwable failure) {
        if (failure == null) {
            verdict.violations().forEach(violation -> found.add(violation.by(judge.signature())));
        } else {
            failed = judge.failed(topic, failure);
        }
    }

    private Optional<Refusal> outcome() {
        if (!failed.isEmpty()) {
            return Optional.of(new Refusal(Reason.UNAVAILABLE, failed, found, RETRY_AFTER));
        }
        return found.isEmpty() ? Optional.empty() : Optional.of(Refusal.invalid(found));
    }
}
