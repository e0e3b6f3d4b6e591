package io.datahub.broker;

import io.datahub.api.record.RecordPath;
import io.datahub.api.user.User;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The topic of an event with the rules about who may receive it. Immutable. */
final class Topic {

    /** The topic by which a subscriber learns what it lost. */
    static final byte[] LOST = "hub.lost".getBytes(StandardCharsets.UTF_8);

    /** The longest topic, and the longest prefix that matches something. */
    static final int MAX_BYTES = 4200;

    private static final byte[] FILE = "file.".getBytes(StandardCharsets.UTF_8);
    private static final byte[] HUB = "hub.".getBytes(StandardCharsets.UTF_8);

    private final byte[] bytes;
    private final boolean ofFile;
    private final boolean ofHub;
    private final Optional<RecordPath> path;

    Topic(byte[] bytes) {
        this.bytes = bytes;
        ofFile = begins(bytes, FILE);
        ofHub = begins(bytes, HUB);
        path = ofFile ? path(bytes) : Optional.empty();
    }

    /** The path behind the first slash of {@code file.KIND/PATH}. */
    private static Optional<RecordPath> path(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int slash = text.indexOf('/');
        return slash < 0
                ? Optional.empty()
                : Optional.of(RecordPath.parse(text.substring(slash + 1)))
                        .filter(parsed -> !parsed.isRefused())
                        .map(parsed -> parsed.get());
    }

    byte[] bytes() {
        return bytes;
    }

    /** Prefixes shorter than this don't bring it: topics of the hub come only to those who ask for such. */
    int shortestPrefix() {
        return ofHub ? HUB.length : 0;
    }

    /** Whether a subscription may bring it to this user. */
    boolean mayReach(User user) {
        if (ofFile) {
            return path.isPresent() && user.mayRead(path.get());
        }
        return ofHub ? user.isMonitor() : user.maySubscribe(bytes);
    }

    /** Whether a client may use such a topic: UTF-8 without NUL, from 1 to 4,200 bytes. */
    static boolean isValid(byte[] topic) {
        if (topic.length == 0 || topic.length > MAX_BYTES) {
            return false;
        }
        boolean ascii = true;
        for (byte b : topic) {
            if (b == 0) {
                return false;
            }
            ascii &= b > 0;
        }
        return ascii || isUtf8(topic);
    }

    private static boolean isUtf8(byte[] topic) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(topic));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Whether the length alone rules a topic out. */
    static boolean isTooLong(int length) {
        return length > MAX_BYTES;
    }

    /** Whether a subscription to this prefix brings the events that tell of losses. */
    static boolean bringsLosses(byte[] prefix) {
        return prefix.length >= HUB.length && begins(LOST, prefix);
    }

    static boolean begins(byte[] text, byte[] prefix) {
        return text.length >= prefix.length && Arrays.equals(text, 0, prefix.length, prefix, 0, prefix.length);
    }
}
