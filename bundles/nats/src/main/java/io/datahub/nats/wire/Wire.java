package io.datahub.nats.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Texts and members in messages: a length of two bytes, and UTF-8. */
final class Wire {

    /** The version of all messages. A hub ignores those of another one. */
    static final byte VERSION = 1;

    private static final int MAX_TEXT_BYTES = 0xffff;

    private Wire() {}

    static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= MAX_TEXT_BYTES ? bytes : java.util.Arrays.copyOf(bytes, MAX_TEXT_BYTES);
    }

    static int size(byte[] bytes) {
        return Short.BYTES + bytes.length;
    }

    static void put(ByteBuffer message, byte[] bytes) {
        message.putShort((short) bytes.length).put(bytes);
    }

    static byte[] bytes(ByteBuffer message) {
        byte[] bytes = new byte[message.getShort() & 0xffff];
        message.get(bytes);
        return bytes;
    }

    static String string(ByteBuffer message) {
        return new String(bytes(message), StandardCharsets.UTF_8);
    }

    static int size(Member member) {
        return size(text(member.name())) + Long.BYTES;
    }

    static void put(ByteBuffer message, Member member) {
        put(message, text(member.name()));
        message.putLong(member.incarnation());
    }

    static Member member(ByteBuffer message) {
        return new Member(string(message), message.getLong());
    }

    /** Checks the first byte. */
    static void checkVersion(ByteBuffer message) throws MalformedMessageException {
        byte version = message.get();
        if (version != VERSION) {
            throw new MalformedMessageException("its version is " + version + ", not " + VERSION);
        }
    }
}
