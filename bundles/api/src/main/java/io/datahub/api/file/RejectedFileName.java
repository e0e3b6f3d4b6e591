package io.datahub.api.file;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of files in {@code state/rejected}, where content that was refused is kept for a while: the time, so that
 * it is known when to delete it, where it came from, and its former name.
 */
public final class RejectedFileName {

    private static final Pattern TIME = Pattern.compile("([0-9]{13})-");
    private static final Pattern UNSAFE = Pattern.compile("[^\\p{Alnum}._-]");

    /** Leaves space for the prefix, since a file name has at most 255 bytes. */
    private static final int MAX_NAME = 100;

    private RejectedFileName() {}

    /**
     * A name for a file.
     *
     * @param time when it was rejected
     * @param source where it came from, or a part of its hash: letters and digits
     * @param name the former name; characters other than ASCII letters, digits, dot, underscore and hyphen are replaced, and only the end of a long name is kept
     * @return the name
     */
    public static String of(Instant time, String source, String name) {
        String end = name.substring(Math.max(0, name.length() - MAX_NAME));
        return time.toEpochMilli() + "-" + source + "-" + UNSAFE.matcher(end).replaceAll("_");
    }

    /**
     * When a file was rejected, according to its name; empty if this class didn't make the name. (The file's own time is
     * when it was written.)
     *
     * @param file the file
     * @return the time
     */
    public static Optional<Instant> time(Path file) {
        Matcher time = TIME.matcher(file.getFileName().toString());
        return time.lookingAt() ? Optional.of(Instant.ofEpochMilli(Long.parseLong(time.group(1)))) : Optional.empty();
    }
}
