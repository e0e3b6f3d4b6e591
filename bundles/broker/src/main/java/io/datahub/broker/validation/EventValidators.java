package io.datahub.broker.validation;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.ValidatorPrecedence;
import io.datahub.api.validation.ValidatorProperties;
import io.datahub.broker.topic.TopicPrefixes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registered event validators. Of several with the same name the one from the bundle with the highest version is
 * active, then the one with the highest ranking. Thread-safe.
 */
public final class EventValidators {

    private static final Logger LOG = LoggerFactory.getLogger(EventValidators.class);

    private final Runnable changed;
    private final ValidationWatch watch = new ValidationWatch();

    /** Unregistered validators that still have stuck threads. */
    private final Queue<RegisteredEventValidator> retired = new ConcurrentLinkedQueue<>();

    /** Guarded by this. */
    private final Map<ServiceReference<EventValidator>, RegisteredEventValidator> all = new HashMap<>();

    private volatile List<RegisteredEventValidator> active = List.of();
    private volatile TopicPrefixes required = TopicPrefixes.NONE;

    /** @param changed called after each change */
    public EventValidators(Runnable changed) {
        this.changed = changed;
    }

    public synchronized void put(ServiceReference<EventValidator> reference, Supplier<EventValidator> validator) {
        TopicPrefixes topics = TopicPrefixes.parse(reference.getProperty(EventValidator.TOPICS));
        ValidatorId id = new ValidatorId(
                ValidatorProperties.name(reference),
                reference.getBundle().getVersion().toString());
        retire(all.put(reference, new RegisteredEventValidator(id, topics, timeLimit(reference), validator, watch)));
        selectActive();
        if (!topics.isEmpty()) {
            LOG.info(
                    "event=broker.validator.registered validator={} version={} topics={}",
                    id.name(),
                    id.version(),
                    LogText.quoted(topics));
        }
    }

    private static Duration timeLimit(ServiceReference<EventValidator> reference) {
        Result<Duration> limit = ValidatorProperties.eventTimeLimit(reference);
        limit.refusal()
                .ifPresent(refusal -> LOG.error(
                        "event=broker.validator.misconfigured reason={} consequence=\"its limit is {} ms\"",
                        LogText.quoted(refusal.detail()),
                        EventValidator.DEFAULT_TIMEOUT_MILLIS));
        return limit.isRefused() ? Duration.ofMillis(EventValidator.DEFAULT_TIMEOUT_MILLIS) : limit.get();
    }

    public synchronized void remove(ServiceReference<EventValidator> reference) {
        RegisteredEventValidator removed = all.remove(reference);
        retire(removed);
        selectActive();
        if (removed != null) {
            LOG.info(
                    "event=broker.validator.unregistered validator={} version={}",
                    removed.id().name(),
                    removed.id().version());
        }
    }

    /** It completes what it has started; its threads then end by themselves. */
    private void retire(RegisteredEventValidator registered) {
        retired.removeIf(former -> former.stuck() == 0);
        if (registered != null) {
            retired.add(registered);
        }
    }

    /** Interrupts busy validators, and refuses the events that are waiting for them. */
    public synchronized void close() {
        watch.close();
        all.values().forEach(RegisteredEventValidator::close);
        retired.forEach(RegisteredEventValidator::close);
    }

    /**
     * Starts the validation of an event, without blocking.
     *
     * @param payload must not change any more
     * @param done receives the outcome, once, on any thread, possibly before this returns
     */
    public void validate(
            List<RegisteredEventValidator> validators,
            String topic,
            String user,
            ByteBuffer payload,
            Consumer<Optional<Refusal>> done) {
        new Validation(validators, topic, user, payload, done).begin();
    }

    /** The validators with stuck threads and the number of these; empty if there are none. */
    public synchronized List<String> stuck() {
        return Stream.concat(all.values().stream(), retired.stream())
                .filter(registered -> registered.stuck() > 0)
                .map(registered -> registered.id() + " (" + registered.stuck() + " of "
                        + RegisteredEventValidator.THREADS + " threads)")
                .toList();
    }

    private void selectActive() {
        Map<String, RegisteredEventValidator> preferred = new LinkedHashMap<>();
        all.entrySet().stream()
                .sorted(Comparator.comparing(entry -> ValidatorPrecedence.of(entry.getKey())))
                .map(Map.Entry::getValue)
                .forEach(registered -> preferred.put(registered.id().name(), registered));
        active = List.copyOf(preferred.values());
        changed.run();
    }

    /** Sets the topics whose events are refused unless a validator matches. */
    public void require(String... topics) {
        required = TopicPrefixes.parse(topics);
        changed.run();
    }

    /** The active validators that match a topic. */
    public List<RegisteredEventValidator> forTopic(byte[] topic) {
        List<RegisteredEventValidator> current = active;
        return current.isEmpty()
                ? current
                : current.stream()
                        .filter(registered -> registered.matches(topic))
                        .toList();
    }

    public boolean isRequired(byte[] topic) {
        return required.match(topic);
    }
}
