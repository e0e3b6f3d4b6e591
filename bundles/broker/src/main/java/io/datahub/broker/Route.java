package io.datahub.broker;

import io.datahub.api.event.Published;
import io.datahub.broker.queue.EventQueue;
import io.datahub.broker.validation.RegisteredEventValidator;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The cached result of looking up where events of one topic from one publisher go. Immutable. */
final class Route {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] topic;
    private final long epoch;
    private final Published verdict;
    private final EventQueue[] receivers;
    private final List<RegisteredEventValidator> validators;
    private final boolean hasLongerSubscriptions;

    /** @param epoch the router's epoch before the lookup */
    Route(byte[] topic, long epoch, Published verdict, EventQueue... receivers) {
        this(topic, epoch, verdict, List.of(), false, receivers);
    }

    private Route(
            byte[] topic,
            long epoch,
            Published verdict,
            List<RegisteredEventValidator> validators,
            boolean hasLongerSubscriptions,
            EventQueue... receivers) {
        this.hasLongerSubscriptions = hasLongerSubscriptions;
        this.topic = topic;
        this.epoch = epoch;
        this.verdict = verdict;
        this.validators = validators;
        this.receivers = receivers;
    }

    /** A route whose events each need validation, so that its own verdict is not ACCEPTED. */
    static Route needingValidation(
            byte[] topic, long epoch, List<RegisteredEventValidator> validators, EventQueue... receivers) {
        return new Route(topic, epoch, Published.INVALID, validators, false, receivers);
    }

    /** The same route where longer subscriptions exist; see {@link #hasLongerSubscriptions}. */
    Route withLongerSubscriptions() {
        return new Route(topic, epoch, verdict, validators, true, receivers);
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

    /** The validators that must accept each event; empty if the verdict applies to all events. */
    List<RegisteredEventValidator> validators() {
        return validators;
    }

    Published verdict() {
        return verdict;
    }

    /** Shared; must not be modified. */
    EventQueue[] receivers() {
        return receivers;
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
