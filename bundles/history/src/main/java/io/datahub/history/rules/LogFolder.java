package io.datahub.history.rules;

import java.nio.charset.StandardCharsets;

/** Names of folders for topic prefixes, which may have any character. */
public final class LogFolder {

    /** The longest name that file systems allow, with room for a suffix. */
    public static final int MAX_LENGTH = 240;

    private static final String PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

    private LogFolder() {}

    /**
     * The name of a prefix's folder; different for each prefix, also on file systems that ignore case.
     *
     * @param prefix the prefix
     * @return lower-case letters, digits, and {@code %XX} for everything else
     */
    public static String of(String prefix) {
        StringBuilder name = new StringBuilder("t-");
        for (byte b : prefix.getBytes(StandardCharsets.UTF_8)) {
            if (PLAIN.indexOf(b) >= 0) {
                name.append((char) b);
            } else {
                name.append(String.format("%%%02x", b & 0xff));
            }
        }
        return name.toString();
    }
}
