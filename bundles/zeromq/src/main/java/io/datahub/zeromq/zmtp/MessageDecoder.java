package io.datahub.zeromq.zmtp;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;

/**
 * Decodes messages and commands (RFC 23, "traffic") in place: a message is passed on as a range of the buffer, from the
 * header of its first frame to the end of its last. Resumes where it stopped when a message arrives in pieces. Accepts
 * commands within a message, since libzmq sends PING and PONG between any two frames. One long loop for performance: it
 * runs once per frame.
 */
public final class MessageDecoder implements ProtocolState {

    private static final int MAX_COMMAND_BYTES = 8_192;

    /** Limits copying: each of them moves the part of the message before it. */
    private static final int MAX_COMMANDS_IN_MESSAGE = 64;

    private final MessageReceiver receiver;
    private final int maxFrames;

    /**
     * State of an incomplete message: the number of its complete frames; the positions below are relative to its start.
     */
    private int frames;

    private int scanned;
    private int firstStart;
    private int firstEnd;
    private long bodyBytes;
    private int commands;
    private long expectedBytes;

    /** Whether the receiver stopped decoding. */
    private boolean stopped;

    public MessageDecoder(MessageReceiver receiver, int maxFrames) {
        this.receiver = receiver;
        this.maxFrames = maxFrames;
    }

    @Override
    public int read(SharedBuffer buffer, int from, int to) throws ProtocolException {
        ByteBuffer bytes = buffer.bytes();
        int start = from;
        int at = from + scanned;
        expectedBytes = 0;
        stopped = false;
        while (to - at >= FrameHeader.SHORT) {
            int flags = bytes.get(at);
            int body = at + FrameHeader.size(flags);
            if (body > to) {
                break;
            }
            long length = FrameHeader.bodySize(bytes, at, flags);
            validate(flags, length);
            if (length > to - body) {
                expectedBytes = body - start + length;
                break;
            }
            at = body + (int) length;
            if (flags >= FrameHeader.COMMAND) {
                if (frames > 0 && ++commands > MAX_COMMANDS_IN_MESSAGE) {
                    throw new ProtocolException(
                            DisconnectReason.BAD_FRAME,
                            "a message contains more than " + MAX_COMMANDS_IN_MESSAGE + " commands");
                }
                receiver.command(Command.parse(bytes, body, at));
                start = frames == 0 ? at : removeCommand(bytes, start, body - FrameHeader.size(flags), at);
                continue;
            }
            if (frames == 0) {
                firstStart = body - start;
                firstEnd = at - start;
            } else {
                bodyBytes += length;
            }
            frames++;
            if ((flags & FrameHeader.MORE) == 0) {
                stopped = !receiver.message(buffer, start, at, start + firstStart, start + firstEnd, frames);
                start = at;
                frames = 0;
                commands = 0;
                bodyBytes = 0;
                if (stopped) {
                    break;
                }
            }
        }
        scanned = at - start;
        return start;
    }

    /**
     * Moves the beginning of a message over the command within it, so that the message is contiguous.
     *
     * @return the new start of the message
     */
    private static int removeCommand(ByteBuffer bytes, int start, int command, int end) {
        int moved = start + end - command;
        bytes.put(moved, bytes, start, command - start);
        return moved;
    }

    /** Validates a frame by its header, before its body is received. */
    private void validate(int flags, long length) throws ProtocolException {
        if (flags >= FrameHeader.COMMAND || flags < 0) {
            if ((flags & ~FrameHeader.LONG) != FrameHeader.COMMAND) {
                throw new ProtocolException(DisconnectReason.BAD_FRAME);
            }
            if (length < 0 || length > MAX_COMMAND_BYTES) {
                throw new ProtocolException(
                        DisconnectReason.BAD_FRAME, "a command exceeds " + MAX_COMMAND_BYTES + " bytes");
            }
        } else if (length < 0 || bodyBytes + length > receiver.maxBytes(frames)) {
            throw new ProtocolException(DisconnectReason.TOO_LARGE);
        } else if (frames >= maxFrames) {
            throw new ProtocolException(
                    DisconnectReason.TOO_MANY_FRAMES,
                    "a message has more than " + maxFrames + " frames (maxFrames in io.datahub.zeromq.cfg)");
        }
    }

    /** Whether the last read stopped after a message because the receiver requested it. */
    public boolean isStopped() {
        return stopped;
    }

    /** The maximum size in bytes of the next frame's body, for messages and commands. */
    public long maxBodyBytes() {
        return Math.max(MAX_COMMAND_BYTES, receiver.maxBytes(frames) - bodyBytes);
    }

    @Override
    public long expectedBytes() {
        return expectedBytes;
    }
}
