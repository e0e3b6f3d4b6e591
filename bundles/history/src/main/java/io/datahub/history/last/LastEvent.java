package io.datahub.history.last;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.record.Cursor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The newest event of a topic.
 *
 * @param topic the topic
 * @param number greater than that of the topic's event before it
 * @param event the event, with its position if it is in the history
 * @param isRemoval whether it has no payload, so that the topic has no newest event after it
 */
record LastEvent(String topic, long number, EventRun event, boolean isRemoval) {

    private static final int USER = 3 * Long.BYTES;

    /** Its stored form: number, number of the file event before it, time, epoch, user, and the event. */
    byte[] bytes() {
        Cursor cursor = event.cursor().orElse(Cursor.BEGINNING);
        byte[] epoch = cursor.epoch().getBytes(StandardCharsets.US_ASCII);
        byte[] user = event.user().getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(USER + 2 * Short.BYTES + epoch.length + user.length + event.length());
        bytes.putLong(number).putLong(cursor.sequence()).putLong(event.timeMillis());
        bytes.putShort((short) epoch.length)
                .put(epoch)
                .putShort((short) user.length)
                .put(user);
        bytes.put(event.slice());
        return bytes.array();
    }

    /** Removes the event of a topic. */
    static LastEvent none(String topic) {
        return new LastEvent(topic, 0, null, true);
    }

    static LastEvent read(String topic, byte[] stored) {
        ByteBuffer bytes = ByteBuffer.wrap(stored);
        long number = bytes.getLong();
        long sequence = bytes.getLong();
        long time = bytes.getLong();
        String epoch = text(bytes);
        String user = text(bytes);
        int length = bytes.remaining();
        EventRun event = new EventRun(new SharedBuffer(bytes.slice()), 0, length, 1, user, time);
        return new LastEvent(
                topic, number, epoch.isEmpty() ? event : event.at(new Cursor(epoch, sequence, number)), false);
    }

    /** The number of a stored one. */
    static long number(byte[] stored) {
        return ByteBuffer.wrap(stored).getLong();
    }

    private static String text(ByteBuffer bytes) {
        byte[] text = new byte[bytes.getShort()];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
