package io.datahub.broker;

import io.datahub.api.event.Published;
import io.datahub.broker.validation.RegisteredEventValidator;
import io.datahub.broker.whiteboard.RegisteredEventLog;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** The cached result of looking up where events of one topic from one publisher go. Immutable. */
final class Route {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] topic;
    private final long epoch;
    private final Published outcome;
    private final Receivers receivers;
    private final List<RegisteredEventValidator> validators;
    private final Optional<RegisteredEventLog> log;
    private final boolean hasLongerSubscriptions;

    private Route(
            byte[] topic,
            long epoch,
            Published outcome,
            Receivers receivers,
            List<RegisteredEventValidator> validators,
            Optional<RegisteredEventLog> log,
            boolean hasLongerSubscriptions) {
        this.topic = topic;
        this.epoch = epoch;
        this.outcome = outcome;
        this.receivers = receivers;
        this.validators = validators;
        this.log = log;
        this.hasLongerSubscriptions = hasLongerSubscriptions;
    }

    /**
     * A route whose events are all refused.
     *
     * @param epoch the router's epoch before the lookup
     */
    static Route refused(byte[] topic, long epoch, Published outcome) {
        return new Route(topic, epoch, outcome, Receivers.NONE, List.of(), Optional.empty(), false);
    }

    /**
     * A route whose events are delivered at once, unless they must be validated or kept first.
     *
     * @param epoch the router's epoch before the lookup
     */
    static Route to(
            Receivers receivers,
            byte[] topic,
            long epoch,
            List<RegisteredEventValidator> validators,
            Optional<RegisteredEventLog> log) {
        boolean direct = validators.isEmpty() && log.isEmpty();
        return new Route(
                topic, epoch, direct ? Published.ACCEPTED : Published.PENDING, receivers, validators, log, false);
    }

    /** The same route where longer subscriptions exist; see {@link #hasLongerSubscriptions}. */
    Route withLongerSubscriptions() {
        return new Route(topic, epoch, outcome, receivers, validators, log, true);
    }

    /**
     * Whether subscriptions longer than the topic exist, which an event with a single frame may match by what follows
     * its topic.
     */
    boolean hasLongerSubscriptions() {
        return hasLongerSubscriptions;
    }

    byte[] topic() {
        return topic;
    }

    /** The validators that must accept each event. */
    List<RegisteredEventValidator> validators() {
        return validators;
    }

    /** The log that each event must be appended to. */
    Optional<RegisteredEventLog> log() {
        return log;
    }

    /** The outcome on all events, or PENDING if each must be validated or kept first. */
    Published outcome() {
        return outcome;
    }

    boolean isRefused() {
        return outcome != Published.ACCEPTED && outcome != Published.PENDING;
    }

    Receivers receivers() {
        return receivers;
    }

    boolean isCurrent(long currentEpoch) {
        return epoch == currentEpoch;
    }

    /** Whether this is the route of the topic at that position, and still valid. Called for every event. */
    boolean matches(ByteBuffer bytes, int from, int to, long currentEpoch) {
        int length = to - from;
        if (length != topic.length || epoch != currentEpoch) {
            return false;
        }
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            if (bytes.getLong(from + i) != (long) LONG.get(topic, i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (bytes.get(from + i) != topic[i]) {
                return false;
            }
        }
        return true;
    }
}
