package io.datahub.hooks.outgoing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is posted for an event.
 *
 * @param id the {@code webhook-id}: the same whenever the event is sent, so that a target recognizes a repetition
 * @param topic the event's topic
 * @param headers its headers, with {@code Content-Type}
 * @param body its body
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Message(String id, String topic, Map<String, String> headers, byte[] body) {

    /** The length of its headers as they are sent. */
    int headerBytes() {
        return headers.entrySet().stream()
                .mapToInt(header -> header.getKey().length() + header.getValue().length() + ": \r\n".length())
                .sum();
    }

    byte[] toBytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF(id);
        out.writeUTF(topic);
        out.writeInt(headers.size());
        for (Map.Entry<String, String> header : headers.entrySet()) {
            out.writeUTF(header.getKey());
            out.writeUTF(header.getValue());
        }
        out.writeInt(body.length);
        out.write(body);
        return bytes.toByteArray();
    }

    static Message of(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        String id = in.readUTF();
        String topic = in.readUTF();
        Map<String, String> headers = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            headers.put(in.readUTF(), in.readUTF());
        }
        return new Message(id, topic, headers, in.readNBytes(in.readInt()));
    }
}
