package io.datahub.store.metadata;

import io.datahub.api.record.RecordPath;

/**
 * The keys of paths: a slash becomes the lowest character, so that a directory's subtree is one range and comes in the
 * order in which a sorted walk meets it.
 */
public final class PathKeys {

    private static final char SEPARATOR = '\u0001';
    private static final char BEHIND_SEPARATOR = '\u0002';

    /** Behind every name: none has so many characters. */
    private static final String END = "\uffff".repeat(256);

    private PathKeys() {}

    public static String of(RecordPath path) {
        return path.toString().replace('/', SEPARATOR);
    }

    public static RecordPath path(String key) {
        return RecordPath.of(key.replace(SEPARATOR, '/'));
    }

    /** The first key that can lie below the directory. */
    public static String begin(RecordPath directory) {
        return directory.isRoot() ? "" : of(directory) + SEPARATOR;
    }

    /** Behind the last key that can lie below the directory. */
    public static String end(RecordPath directory) {
        return directory.isRoot() ? END : of(directory) + BEHIND_SEPARATOR;
    }

    /** Behind the last key that can belong to this name in a directory, the record or what lies below it. */
    static String behind(String begin, String name) {
        return begin + name + BEHIND_SEPARATOR;
    }

    /** The name in the directory that a key belongs to. */
    static String name(String begin, String key) {
        int separator = key.indexOf(SEPARATOR, begin.length());
        return key.substring(begin.length(), separator < 0 ? key.length() : separator);
    }
}
