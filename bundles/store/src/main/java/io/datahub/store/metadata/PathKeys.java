package io.datahub.store.metadata;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;

/**
 * The index keys of paths: the slash is replaced by the lowest character, so that a directory's subtree is one key
 * range, in the order of a sorted directory walk.
 */
public final class PathKeys {

    private static final char SEPARATOR = '\u0001';
    private static final char AFTER_SEPARATOR = '\u0002';

    /** Sorts after every name, since none has so many characters. */
    private static final String END = "\uffff".repeat(256);

    private PathKeys() {}

    public static String of(RecordPath path) {
        return path.toString().replace('/', SEPARATOR);
    }

    public static RecordPath path(String key) {
        return RecordPath.of(key.replace(SEPARATOR, '/'));
    }

    /**
     * The path that something at or below a directory has once that directory is moved.
     *
     * @return the path, or a refusal if it is too long
     */
    public static Result<RecordPath> moved(RecordPath path, RecordPath source, RecordPath target) {
        return RecordPath.parse(
                target + path.toString().substring(source.toString().length()));
    }

    /** The lowest possible key below the directory. */
    public static String begin(RecordPath directory) {
        return directory.isRoot() ? "" : of(directory) + SEPARATOR;
    }

    /** The end (exclusive) of the keys below the directory. */
    public static String end(RecordPath directory) {
        return directory.isRoot() ? END : of(directory) + AFTER_SEPARATOR;
    }

    /** The end (exclusive) of the keys of this name in a directory: of the record itself or of what is below it. */
    static String after(String begin, String name) {
        return begin + name + AFTER_SEPARATOR;
    }

    /** The name within the directory that a key belongs to. */
    static String name(String begin, String key) {
        int separator = key.indexOf(SEPARATOR, begin.length());
        return key.substring(begin.length(), separator < 0 ? key.length() : separator);
    }
}
