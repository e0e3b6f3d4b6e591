package io.datahub.zeromq;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * The bytes that go out on one connection: what the hub says itself, and the events of the session, which are written
 * from the buffers that they came in with. Takes from the session only what the socket seems to have room for. For the
 * loop's thread.
 */
final class Output {

    /** Shorter runs are copied, which is cheaper than one more piece in a write. */
    private static final int COPIED_BYTES = 2_048;

    private static final int TAKEN_BYTES = 262_144;
    private static final int MAX_HEAP_PIECE = 131_072;

    /** So much may be written at once before others have their turn. */
    private static final int TURN_BYTES = 4 << 20;

    private static final int CLOGGED_BYTES = 262_144;

    /** Marks pieces that are in the scratch. */
    private static final SharedBuffer SCRATCH = new SharedBuffer(ByteBuffer.allocate(0));

    private final SocketChannel channel;
    private final WriteBuffer scratch;

    private final Deque<ByteBuffer> own = new ArrayDeque<>();
    private int ownBytes;

    /** What is being written, from {@code head} to {@code tail}, with the buffers held for it. */
    private ByteBuffer[] pieces = new ByteBuffer[8];

    private SharedBuffer[] held = new SharedBuffer[8];
    private int head;
    private int tail;

    /** Seals what goes out; null while that goes in clear. */
    private CurveMessageEncoder boxes;

    Output(SocketChannel channel, WriteBuffer scratch) {
        this.channel = channel;
        this.scratch = scratch;
    }

    /** Adds something that the hub says itself; it goes out between two events. */
    void add(ByteBuffer bytes) {
        own.add(bytes);
        ownBytes += bytes.remaining();
    }

    /** From now on everything that is added goes out in boxes. */
    void seal(CurveMessageEncoder writer) {
        while (!own.isEmpty()) {
            append(own.poll(), null);
        }
        ownBytes = 0;
        boxes = writer;
    }

    /** Whether the peer asks for more answers than it reads. */
    boolean isClogged() {
        return ownBytes > CLOGGED_BYTES;
    }

    /** What came of a {@link #write}. */
    enum State {
        /** Nothing is left. */
        EMPTY,
        /** The socket has no room. */
        BLOCKED,
        /** There is more, but it is others' turn. */
        MORE
    }

    /**
     * Writes as much as the socket takes.
     *
     * @param session whose events follow, or null before there is one
     */
    State write(Session session) throws IOException {
        long written = 0;
        while (true) {
            while (head < tail) {
                written += writeSome();
                if (head < tail) {
                    return State.BLOCKED;
                }
            }
            if (written > TURN_BYTES) {
                return State.MORE;
            }
            if (!fill(session)) {
                return State.EMPTY;
            }
        }
    }

    private boolean fill(Session session) {
        scratch.clear();
        head = 0;
        tail = 0;
        if (boxes == null) {
            collect(session, this::put, this::put);
        } else {
            if (boxes.isEmpty()) {
                collect(session, bytes -> boxes.add(bytes, null), run -> boxes.add(run.slice(), run.buffer()));
            }
            boxes.fill(scratch);
        }
        cutScratch();
        return head < tail;
    }

    private void collect(Session session, Consumer<ByteBuffer> ours, Consumer<EventRun> events) {
        while (!own.isEmpty()) {
            ours.accept(own.poll());
        }
        ownBytes = 0;
        if (session != null) {
            session.take(TAKEN_BYTES, events);
        }
    }

    private void put(ByteBuffer bytes) {
        if (scratch.hasRoom(bytes.remaining())) {
            scratch.put(bytes);
        } else {
            cutScratch();
            append(bytes, null);
        }
    }

    private void put(EventRun run) {
        if (run.length() <= COPIED_BYTES && scratch.hasRoom(run.length())) {
            scratch.put(run);
            run.buffer().release();
        } else {
            cutScratch();
            append(run.slice(), run.buffer());
        }
    }

    private void cutScratch() {
        ByteBuffer piece = scratch.cut();
        if (piece != null) {
            append(piece, SCRATCH);
        }
    }

    private void append(ByteBuffer piece, SharedBuffer holds) {
        if (tail == pieces.length) {
            pieces = Arrays.copyOf(pieces, 2 * tail);
            held = Arrays.copyOf(held, 2 * tail);
        }
        pieces[tail] = piece;
        held[tail] = holds;
        tail++;
    }

    private long writeSome() throws IOException {
        long count = isLargeOnHeap(pieces[head]) ? writeLarge(pieces[head]) : writeMany();
        while (head < tail && !pieces[head].hasRemaining()) {
            drop();
        }
        if (head < tail) {
            leaveScratch();
        }
        return count;
    }

    private long writeMany() throws IOException {
        int to = head + 1;
        while (to < tail && !isLargeOnHeap(pieces[to])) {
            to++;
        }
        return to - head == 1 ? channel.write(pieces[head]) : channel.write(pieces, head, to - head);
    }

    /** The platform copies what is on the heap as a whole before it writes some of it, and keeps the copy's memory. */
    private static boolean isLargeOnHeap(ByteBuffer piece) {
        return !piece.isDirect() && piece.remaining() > MAX_HEAP_PIECE;
    }

    private long writeLarge(ByteBuffer piece) throws IOException {
        int end = piece.limit();
        long all = 0;
        int count;
        do {
            piece.limit(Math.min(end, piece.position() + MAX_HEAP_PIECE));
            count = channel.write(piece);
            all += count;
        } while (!piece.hasRemaining() && piece.limit() < end);
        piece.limit(end);
        return all;
    }

    private void drop() {
        if (held[head] != null && held[head] != SCRATCH) {
            held[head].release();
        }
        pieces[head] = null;
        held[head] = null;
        head++;
    }

    /** Copies what is left in the scratch, for others use it next. */
    private void leaveScratch() {
        for (int i = head; i < tail; i++) {
            if (held[i] == SCRATCH) {
                ByteBuffer own = ByteBuffer.allocate(pieces[i].remaining());
                pieces[i] = own.put(pieces[i]).flip();
                held[i] = null;
            }
        }
    }

    /** Lets go of everything. */
    void release() {
        while (head < tail) {
            drop();
        }
        own.clear();
        if (boxes != null) {
            boxes.release();
        }
    }
}
