package io.datahub.broker;

import io.datahub.api.event.Published;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Where the events of one topic from one publisher went when it was last looked up. Immutable. */
final class Route {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] topic;
    private final long epoch;
    private final Published verdict;
    private final EventQueue[] receivers;
    private final List<RegisteredEventValidator> judges;
    private final boolean goesOn;

    /** @param epoch the router's, from before it was looked up */
    Route(byte[] topic, long epoch, Published verdict, EventQueue... receivers) {
        this(topic, epoch, verdict, List.of(), false, receivers);
    }

    private Route(
            byte[] topic,
            long epoch,
            Published verdict,
            List<RegisteredEventValidator> judges,
            boolean goesOn,
            EventQueue... receivers) {
        this.goesOn = goesOn;
        this.topic = topic;
        this.epoch = epoch;
        this.verdict = verdict;
        this.judges = judges;
        this.receivers = receivers;
    }

    /** A route each of whose events must be judged first, so that its own verdict accepts none. */
    static Route judged(byte[] topic, long epoch, List<RegisteredEventValidator> judges, EventQueue... receivers) {
        return new Route(topic, epoch, Published.INVALID, judges, false, receivers);
    }

    /** The same where somebody subscribed to the topic and something behind it. */
    Route goingOn() {
        return new Route(topic, epoch, verdict, judges, true, receivers);
    }

    /** Whether an event of one frame alone may have more receivers, by what stands behind the topic in that frame. */
    boolean goesOn() {
        return goesOn;
    }

    byte[] topic() {
        return topic;
    }

    /** Who must accept each event; nobody if the verdict holds for all. */
    List<RegisteredEventValidator> judges() {
        return judges;
    }

    Published verdict() {
        return verdict;
    }

    /** Shared with everybody: nobody changes it. */
    EventQueue[] receivers() {
        return receivers;
    }

    /** Whether it is the route of the topic that stands there, and still holds. On the path of every event. */
    boolean serves(ByteBuffer bytes, int from, int to, long presentEpoch) {
        int length = to - from;
        if (length != topic.length || epoch != presentEpoch) {
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
