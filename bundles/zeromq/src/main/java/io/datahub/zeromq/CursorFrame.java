package io.datahub.zeromq;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.SharedBuffer;
import io.datahub.zeromq.zmtp.FrameHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The cursor of an event as its last frame, for subscribers that have requested it. */
final class CursorFrame {

    private CursorFrame() {}

    /**
     * Appends the cursor of an event.
     *
     * @param run an event with a cursor; its buffer is released
     * @return a copy with one more frame
     */
    static EventRun append(EventRun run) {
        byte[] cursor = run.cursor().orElseThrow().toString().getBytes(StandardCharsets.US_ASCII);
        int length = run.length() + FrameHeader.sizeFor(cursor.length) + cursor.length;
        ByteBuffer bytes = ByteBuffer.allocate(length);
        bytes.put(0, run.buffer().bytes(), run.start(), run.length());
        int last = 0;
        while (FrameHeader.bodyEnd(bytes, last) < run.length()) {
            last = FrameHeader.bodyEnd(bytes, last);
        }
        bytes.put(last, (byte) (bytes.get(last) | FrameHeader.MORE));
        bytes.put(FrameHeader.write(bytes, run.length(), 0, cursor.length), cursor);
        EventRun shown = new EventRun(new SharedBuffer(bytes), 0, length, 1, run.user(), run.timeMillis());
        run.buffer().release();
        return shown;
    }
}
