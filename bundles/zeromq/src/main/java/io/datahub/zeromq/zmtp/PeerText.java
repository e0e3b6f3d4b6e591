package io.datahub.zeromq.zmtp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Text received from peers, truncated for error messages. It isn't escaped: log it by
 * {@link io.datahub.api.log.LogText#quoted}.
 */
public final class PeerText {

    private static final int MAX_LENGTH = 80;

    private PeerText() {}

    /** The beginning of a text. */
    public static String prefix(String text) {
        return text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + '…' : text;
    }

    /** The beginning of the bytes from {@code from} to {@code to}, decoded as UTF-8. */
    public static String prefix(ByteBuffer bytes, int from, int to) {
        byte[] prefix = new byte[Math.min(to - from, MAX_LENGTH)];
        bytes.get(from, prefix);
        return new String(prefix, StandardCharsets.UTF_8);
    }
}
