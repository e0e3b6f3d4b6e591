package io.datahub.zeromq.zmtp;

import io.datahub.api.log.LogText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Formats data received from peers for the log. */
public final class PeerText {

    private static final int MAX_LENGTH = 80;

    private PeerText() {}

    /** Escapes characters that could forge log lines, and truncates the text. */
    public static String printable(String text) {
        return LogText.escaped(text, MAX_LENGTH);
    }

    /** The bytes from {@code from} to {@code to}, decoded as UTF-8. */
    public static String printable(ByteBuffer bytes, int from, int to) {
        byte[] prefix = new byte[Math.min(to - from, MAX_LENGTH)];
        bytes.get(from, prefix);
        return printable(new String(prefix, StandardCharsets.UTF_8));
    }
}
