package io.datahub.client.record;

import java.nio.charset.StandardCharsets;

/** Percent-encoding of paths and values (RFC 3986). */
final class Paths {

    private static final String UNRESERVED = "-._~";
    private static final String HEX = "0123456789ABCDEF";

    private Paths() {}

    /** The target of a record or directory; slashes stay. */
    static String files(String path) {
        return "/files/" + encode(path, UNRESERVED + "/");
    }

    /** A value of a query. */
    static String value(String text) {
        return encode(text, UNRESERVED);
    }

    private static String encode(String text, String unchanged) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (each & 0xFF);
            boolean isAlphanumeric = c < 128 && Character.isLetterOrDigit(c);
            if (isAlphanumeric || unchanged.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xF));
            }
        }
        return encoded.toString();
    }
}
