package io.datahub.websocket;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;

/** Puts the frames of a message together (RFC 6455, 5.4). For one thread at a time. */
final class MessageAssembler {

    /** How much a client may send before it has said who it is: its auth message. */
    static final int MAX_STRANGERS_BYTES = 8 * 1024;

    private final int maxTextBytes;
    private final int maxBinaryBytes;
    private byte[] bytes = {};
    private int length;
    private boolean binary;
    private Utf8 text = new Utf8();

    MessageAssembler(int maxTextBytes, int maxBinaryBytes) {
        this.maxTextBytes = maxTextBytes;
        this.maxBinaryBytes = maxBinaryBytes;
    }

    /** What is wrong with a message. */
    enum Fault {
        TOO_LONG,
        NO_UTF8
    }

    /**
     * Adds a data frame; if there is a fault now, nothing more can be added.
     *
     * @param isStranger whether the client hasn't said yet who it is
     */
    Optional<Fault> add(Frame frame, boolean isStranger) {
        if (frame.getOpCode() != OpCode.CONTINUATION) {
            binary = frame.getOpCode() == OpCode.BINARY;
            length = 0;
            text = new Utf8();
        }
        ByteBuffer payload = frame.getPayload();
        int more = payload == null ? 0 : payload.remaining();
        int limit = isStranger ? MAX_STRANGERS_BYTES : binary ? maxBinaryBytes : maxTextBytes;
        if (more > limit - length) {
            return Optional.of(Fault.TOO_LONG);
        }
        if (!binary && ((more > 0 && !text.add(payload)) || (frame.isFin() && !text.isWhole()))) {
            return Optional.of(Fault.NO_UTF8);
        }
        if (more > 0) {
            if (bytes.length < length + more) {
                int room = frame.isFin() ? length + more : Math.min(limit, Math.max(length + more, 2 * length));
                bytes = Arrays.copyOf(bytes, room);
            }
            payload.get(payload.position(), bytes, length, more);
            length += more;
        }
        return Optional.empty();
    }

    /** How much of the present message is there. */
    int heldBytes() {
        return length;
    }

    /** Whether the present message is binary. */
    boolean isBinary() {
        return binary;
    }

    /** The whole message; the assembler forgets it. */
    byte[] message() {
        byte[] message = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        bytes = new byte[0];
        length = 0;
        return message;
    }
}
