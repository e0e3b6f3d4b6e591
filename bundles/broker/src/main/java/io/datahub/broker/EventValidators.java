package io.datahub.broker;

import io.datahub.api.Refusal;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.JudgedBy;
import io.datahub.api.validation.ValidatorService;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The validators of events that there are; of several with one name the one in the highest bundle version judges, then by
 * ranking. For any thread.
 */
final class EventValidators {

    private static final Logger LOG = LoggerFactory.getLogger(EventValidators.class);
    private static final String PID_PREFIX = "io.datahub.validator.";
    private static final Comparator<ServiceReference<EventValidator>> BY_PRECEDENCE = Comparator.comparing(
                    (ServiceReference<EventValidator> reference) ->
                            reference.getBundle().getVersion())
            .thenComparing(Comparator.naturalOrder());

    private final Runnable changed;
    private final ValidationWatch watch = new ValidationWatch();

    /** What is being validated now, in bytes, and the most that may be. */
    private final AtomicLong bytes = new AtomicLong();

    private volatile long maxBytes = Long.MAX_VALUE;

    /** Validators that are gone, as long as threads of theirs are stuck. */
    private final Queue<RegisteredEventValidator> gone = new ConcurrentLinkedQueue<>();

    /** Guarded by this. */
    private final Map<ServiceReference<EventValidator>, RegisteredEventValidator> all = new TreeMap<>(BY_PRECEDENCE);

    private volatile List<RegisteredEventValidator> judging = List.of();
    private volatile List<byte[]> required = List.of();

    /** @param changed is called behind each change */
    EventValidators(Runnable changed) {
        this.changed = changed;
    }

    synchronized void put(ServiceReference<EventValidator> reference, Supplier<EventValidator> validator) {
        List<byte[]> prefixes = prefixes(reference.getProperty(EventValidator.TOPICS));
        JudgedBy signature =
                new JudgedBy(name(reference), reference.getBundle().getVersion().toString());
        retire(all.put(reference, new RegisteredEventValidator(signature, prefixes, validator, watch)));
        settle();
        if (!prefixes.isEmpty()) {
            LOG.info(
                    "event=event-validator-seated validator={}/{} topics={}",
                    signature.name(),
                    signature.version(),
                    reference.getProperty(EventValidator.TOPICS));
        }
    }

    synchronized void remove(ServiceReference<EventValidator> reference) {
        RegisteredEventValidator removed = all.remove(reference);
        retire(removed);
        settle();
        if (removed != null) {
            LOG.info("event=event-validator-left validator={}", removed.signature());
        }
    }

    /** It finishes what it has begun; its threads end by themselves. */
    private void retire(RegisteredEventValidator judge) {
        gone.removeIf(former -> former.stuck() == 0);
        if (judge != null) {
            gone.add(judge);
        }
    }

    /** Interrupts validators that are still busy, and refuses what waits for them. */
    synchronized void close() {
        watch.close();
        all.values().forEach(RegisteredEventValidator::close);
        gone.forEach(RegisteredEventValidator::close);
    }

    /** Bounds the memory of events that are being validated, in bytes. */
    void bound(long most) {
        maxBytes = most;
    }

    /**
     * Reserves memory for an event that is to be validated; its {@link #validate} gives it back.
     *
     * @return false if as much is being validated as may be
     */
    boolean reserve(long size) {
        if (bytes.addAndGet(size) > maxBytes) {
            bytes.addAndGet(-size);
            return false;
        }
        return true;
    }

    /**
     * Has validators validate an event, and returns at once.
     *
     * @param reserved what was reserved for it
     * @param payload nobody changes it any more
     * @param done gets the outcome, once, on any thread, perhaps before this returns
     */
    void validate(
            List<RegisteredEventValidator> judges,
            String topic,
            String user,
            ByteBuffer payload,
            long reserved,
            Consumer<Optional<Refusal>> done) {
        Consumer<Optional<Refusal>> last = refusal -> {
            bytes.addAndGet(-reserved);
            done.accept(refusal);
        };
        new Validation(judges, topic, user, payload, last).begin();
    }

    /** The validators that have threads which don't come back, with the number of these; empty if there is none. */
    synchronized List<String> stuck() {
        return Stream.concat(all.values().stream(), gone.stream())
                .filter(judge -> judge.stuck() > 0)
                .map(judge -> judge.signature().name() + "/" + judge.signature().version() + " (" + judge.stuck()
                        + " of " + RegisteredEventValidator.THREADS + " threads)")
                .toList();
    }

    private void settle() {
        Map<String, RegisteredEventValidator> foremost = new LinkedHashMap<>();
        all.values().forEach(judge -> foremost.put(judge.signature().name(), judge));
        judging = List.copyOf(foremost.values());
        changed.run();
    }

    /** Says which topics must not be published to while nobody judges them. */
    void require(String... topics) {
        required = prefixes(topics);
        changed.run();
    }

    /** Who judges the events of a topic. */
    List<RegisteredEventValidator> of(byte[] topic) {
        List<RegisteredEventValidator> present = judging;
        return present.isEmpty()
                ? present
                : present.stream().filter(judge -> judge.judges(topic)).toList();
    }

    boolean mustJudge(byte[] topic) {
        return required.stream().anyMatch(prefix -> Topic.begins(topic, prefix));
    }

    private static String name(ServiceReference<EventValidator> reference) {
        Object name = reference.getProperty(ValidatorService.NAME);
        if (name != null && !name.toString().isBlank()) {
            return name.toString().strip();
        }
        String pid = String.valueOf(reference.getProperty(Constants.SERVICE_PID));
        return (pid.startsWith(PID_PREFIX) ? pid.substring(PID_PREFIX.length()) : pid).replace('~', '-');
    }

    private static List<byte[]> prefixes(Object topics) {
        List<byte[]> prefixes = new ArrayList<>();
        for (Object part : parts(topics)) {
            for (String item : part.toString().split(",", -1)) {
                if (!item.isBlank()) {
                    String prefix = item.strip();
                    prefixes.add((prefix.endsWith("*") ? prefix.substring(0, prefix.length() - 1) : prefix)
                            .getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return List.copyOf(prefixes);
    }

    private static Collection<?> parts(Object topics) {
        if (topics instanceof Object[] array) {
            return List.of(array);
        }
        return topics instanceof Collection<?> items ? items : topics == null ? List.of() : List.of(topics);
    }
}
