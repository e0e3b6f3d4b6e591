package io.datahub.broker.topic;

import io.datahub.api.path.RecordPath;
import io.datahub.api.user.User;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The topic of an event, with the rules about who may receive it. Immutable. */
public final class Topic {

    private static final byte[] LOST = "hub.lost".getBytes(StandardCharsets.UTF_8);

    /** The maximum length of a topic, and so of a prefix that can match. */
    public static final int MAX_BYTES = 4200;

    private static final byte[] FILE = "file.".getBytes(StandardCharsets.UTF_8);
    private static final byte[] HUB = "hub.".getBytes(StandardCharsets.UTF_8);

    private final byte[] bytes;
    private final boolean ofFile;
    private final boolean ofHub;
    private final Optional<RecordPath> path;

    public Topic(byte[] bytes) {
        this.bytes = bytes;
        ofFile = startsWith(bytes, FILE);
        ofHub = startsWith(bytes, HUB);
        path = ofFile ? path(bytes) : Optional.empty();
    }

    /** The path after the first slash of {@code file.KIND/PATH}. */
    private static Optional<RecordPath> path(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int slash = text.indexOf('/');
        return slash < 0
                ? Optional.empty()
                : Optional.of(RecordPath.parse(text.substring(slash + 1)))
                        .filter(parsed -> !parsed.isRefused())
                        .map(parsed -> parsed.get());
    }

    public byte[] bytes() {
        return bytes;
    }

    /** The topic of events that report losses to a subscriber. */
    public static byte[] lost() {
        return LOST.clone();
    }

    /**
     * Shorter prefixes don't match: the hub's own topics are delivered only to subscribers that ask for them
     * explicitly.
     */
    public int minPrefixLength() {
        return ofHub ? HUB.length : 0;
    }

    /** Whether the user may receive it by a subscription. */
    public boolean isVisibleTo(User user) {
        if (ofFile) {
            return path.isPresent() && user.mayRead(path.get());
        }
        return ofHub ? user.isMonitor() : user.maySubscribe(bytes);
    }

    /** Whether a client may use this topic: UTF-8 without NUL, 1 to 4,200 bytes. */
    public static boolean isValid(byte[] topic) {
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

    /** Whether the length alone makes a topic invalid. */
    public static boolean isTooLong(int length) {
        return length > MAX_BYTES;
    }

    /** Whether a subscription to this prefix matches the events that report losses. */
    public static boolean matchesLosses(byte[] prefix) {
        return prefix.length >= HUB.length && startsWith(LOST, prefix);
    }

    public static boolean startsWith(byte[] text, byte[] prefix) {
        return text.length >= prefix.length && Arrays.equals(text, 0, prefix.length, prefix, 0, prefix.length);
    }
}
