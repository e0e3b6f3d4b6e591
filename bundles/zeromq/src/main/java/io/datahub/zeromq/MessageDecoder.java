package io.datahub.zeromq;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;

/**
 * Messages and commands (RFC 23, "traffic"). Reads them where they stand: a message is handed on as a place in the
 * buffer, from the header of its first frame to the end of its last. Goes on where it stopped when a message comes in
 * parts. Takes commands within a message, for libzmq sends PING and PONG wherever a frame ends. One long loop, for it runs once for each frame there is.
 */
final class MessageDecoder implements ProtocolState {

    private static final int MORE = 1;
    private static final int LONG = 2;
    private static final int COMMAND = 4;
    private static final int MAX_COMMAND_BYTES = 8_192;

    /** Each costs a copy of what came before it in its message. */
    private static final int MAX_COMMANDS_WITHIN = 64;

    private final FrameReceiver receiver;
    private final int maxFrames;

    /** Of the message that has begun: its whole frames, and where its first one's body is, from its beginning. */
    private int frames;

    private int scanned;
    private int firstStart;
    private int firstEnd;
    private long bodyBytes;
    private int commands;
    private long wanted;

    /** Whether the receiver wants nothing more for now. */
    private boolean stopped;

    MessageDecoder(FrameReceiver receiver, int maxFrames) {
        this.receiver = receiver;
        this.maxFrames = maxFrames;
    }

    @Override
    public int read(SharedBuffer buffer, int from, int to) throws ProtocolException {
        ByteBuffer bytes = buffer.bytes();
        int start = from;
        int at = from + scanned;
        wanted = 0;
        stopped = false;
        while (to - at >= 2) {
            int flags = bytes.get(at);
            int header = (flags & LONG) == 0 ? 2 : 9;
            if (to - at < header) {
                break;
            }
            long length = header == 2 ? bytes.get(at + 1) & 0xff : bytes.getLong(at + 1);
            check(flags, length);
            int body = at + header;
            if (length > to - body) {
                wanted = body - start + length;
                break;
            }
            at = body + (int) length;
            if (flags >= COMMAND) {
                if (frames > 0 && ++commands > MAX_COMMANDS_WITHIN) {
                    throw new ProtocolException(
                            DisconnectReason.BAD_FRAME, "there are too many commands within a message");
                }
                receiver.command(Command.parse(bytes, body, at));
                start = frames == 0 ? at : without(bytes, start, body - header, at);
                continue;
            }
            if (frames == 0) {
                firstStart = body - start;
                firstEnd = at - start;
            } else {
                bodyBytes += length;
            }
            frames++;
            if ((flags & MORE) == 0) {
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

    /** Moves the beginning of a message up to the command that came within it, so that the message is in one piece. */
    private static int without(ByteBuffer bytes, int start, int command, int end) {
        int moved = start + end - command;
        bytes.put(moved, bytes, start, command - start);
        return moved;
    }

    /** Judges a frame by its header, before its body has come. */
    private void check(int flags, long length) throws ProtocolException {
        if (flags >= COMMAND || flags < 0) {
            if ((flags & ~LONG) != COMMAND) {
                throw new ProtocolException(DisconnectReason.BAD_FRAME);
            }
            if (length < 0 || length > MAX_COMMAND_BYTES) {
                throw new ProtocolException(DisconnectReason.BAD_FRAME, "a command is too long");
            }
        } else if (length < 0 || bodyBytes + length > receiver.maxBytes(frames)) {
            throw new ProtocolException(DisconnectReason.TOO_LARGE);
        } else if (frames >= maxFrames) {
            throw new ProtocolException(
                    DisconnectReason.TOO_MANY_FRAMES,
                    "a message has more than " + maxFrames + " frames; see maxFrames in io.datahub.zeromq.cfg");
        }
    }

    /** Whether the last read ended behind a message since its receiver wants nothing more for now. */
    boolean isStopped() {
        return stopped;
    }

    /** How long the body of the next frame may be, whatever it is; in bytes. */
    long longestBody() {
        return Math.max(MAX_COMMAND_BYTES, receiver.maxBytes(frames) - bodyBytes);
    }

    @Override
    public long wanted() {
        return wanted;
    }
}
