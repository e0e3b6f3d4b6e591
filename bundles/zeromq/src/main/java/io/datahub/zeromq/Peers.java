package io.datahub.zeromq;

import io.datahub.api.log.LogText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** How to show in a log what a peer sent. */
final class Peers {

    private static final int MOST = 80;

    private Peers() {}

    /** The text without what could forge a line of the log, and not longer than a line should be. */
    static String printable(String text) {
        return LogText.escaped(text, MOST);
    }

    /** The bytes between these positions, as text. */
    static String printable(ByteBuffer bytes, int from, int to) {
        byte[] some = new byte[Math.min(to - from, MOST)];
        bytes.get(from, some);
        return printable(new String(some, StandardCharsets.UTF_8));
    }
}
