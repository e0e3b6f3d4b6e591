package io.datahub.websocket;

import io.datahub.api.json.Utf8;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;

/** Assembles messages from frames (RFC 6455, 5.4). Not thread-safe. */
final class MessageAssembler {

    /** Message size limit before authentication; enough for an auth message. */
    static final int MAX_UNAUTHENTICATED_BYTES = 20 * 1024;

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

    /** Error in a message. */
    enum Defect {
        TOO_LONG,
        NOT_UTF8
    }

    /**
     * Adds a data frame; after a defect, no more may be added.
     *
     * @param isUnauthenticated whether the client hasn't authenticated yet
     */
    Optional<Defect> add(Frame frame, boolean isUnauthenticated) {
        if (frame.getOpCode() != OpCode.CONTINUATION) {
            binary = frame.getOpCode() == OpCode.BINARY;
            length = 0;
            text = new Utf8();
        }
        ByteBuffer payload = frame.getPayload();
        int more = payload == null ? 0 : payload.remaining();
        int limit = isUnauthenticated ? MAX_UNAUTHENTICATED_BYTES : binary ? maxBinaryBytes : maxTextBytes;
        if (more > limit - length) {
            return Optional.of(Defect.TOO_LONG);
        }
        if (!binary && ((more > 0 && !text.add(payload)) || (frame.isFin() && !text.isComplete()))) {
            return Optional.of(Defect.NOT_UTF8);
        }
        if (more > 0) {
            if (bytes.length < length + more) {
                int capacity = frame.isFin() ? length + more : Math.min(limit, Math.max(length + more, 2 * length));
                bytes = Arrays.copyOf(bytes, capacity);
            }
            payload.get(payload.position(), bytes, length, more);
            length += more;
        }
        return Optional.empty();
    }

    /** The number of bytes received of the current message. */
    int bufferedBytes() {
        return length;
    }

    /** Whether the current message is binary. */
    boolean isBinary() {
        return binary;
    }

    /** The complete message, which is removed from the assembler. */
    byte[] message() {
        byte[] message = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        bytes = new byte[0];
        length = 0;
        return message;
    }
}
