package io.datahub.api.path;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.nio.file.Path;

/**
 * The path of a record or of a directory, relative to the hub's files: segments joined by {@code /}, without a leading
 * or trailing one. The empty path is the root directory. Paths are compared by character; case and Unicode
 * normalization forms are significant.
 */
public final class RecordPath implements Comparable<RecordPath> {

    /** The root directory. */
    public static final RecordPath ROOT = new RecordPath("");

    /** The users file, to which special rules apply. */
    public static final RecordPath USERS = new RecordPath("broker_users.xml");

    private static final int MAX_PATH_BYTES = 4096;
    private static final int MAX_SEGMENT_BYTES = 255;

    private final String value;

    private RecordPath(String value) {
        this.value = value;
    }

    /**
     * Parses a path that has already been decoded.
     *
     * @param text the path, without a leading slash
     * @return the path, or a refusal with {@link Reason#BAD_REQUEST} that names the rule it breaks
     */
    public static Result<RecordPath> parse(String text) {
        if (text.isEmpty()) {
            return Result.done(ROOT);
        }
        String fault = fault(text);
        return fault == null ? Result.done(new RecordPath(text)) : Result.refused(Reason.BAD_REQUEST, fault);
    }

    /**
     * The path with these characters.
     *
     * @param text the path, without a leading slash
     * @return the path
     * @throws IllegalArgumentException if they are not a valid path
     */
    public static RecordPath of(String text) {
        Result<RecordPath> parsed = parse(text);
        return parsed.refusal()
                .<RecordPath>map(refusal -> {
                    throw new IllegalArgumentException(refusal.detail());
                })
                .orElseGet(parsed::get);
    }

    private static String fault(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                return "the path has a control character; name the record without it";
            }
            if (c == '\\') {
                return "the path has a backslash; segments are separated by /";
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return "the path is not valid Unicode";
            }
        }
        if (utf8Length(text, 0, text.length()) > MAX_PATH_BYTES) {
            return "the path is longer than " + MAX_PATH_BYTES + " bytes";
        }
        int end;
        for (int start = 0; start <= text.length(); start = end + 1) {
            int slash = text.indexOf('/', start);
            end = slash < 0 ? text.length() : slash;
            if (end == start) {
                return "the path has an empty segment";
            }
            if (text.charAt(start) == '.'
                    && (end == start + 1 || (end == start + 2 && text.charAt(start + 1) == '.'))) {
                return "the path has a segment . or ..";
            }
            if (utf8Length(text, start, end) > MAX_SEGMENT_BYTES) {
                return "the path has a segment longer than " + MAX_SEGMENT_BYTES + " bytes";
            }
        }
        return null;
    }

    /** The number of bytes in UTF-8 of valid characters; each half of a pair of surrogates counts two. */
    private static int utf8Length(String text, int from, int to) {
        int length = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return length;
    }

    /**
     * Whether this is the root directory.
     *
     * @return whether it is
     */
    public boolean isRoot() {
        return value.isEmpty();
    }

    /**
     * The last segment; empty for the root.
     *
     * @return the segment
     */
    public String name() {
        return value.substring(value.lastIndexOf('/') + 1);
    }

    /**
     * The parent directory; the root is its own parent.
     *
     * @return the parent
     */
    public RecordPath parent() {
        int slash = value.lastIndexOf('/');
        return slash < 0 ? ROOT : new RecordPath(value.substring(0, slash));
    }

    /**
     * The path of the entry with this name in this directory.
     *
     * @param name one segment
     * @return the path, or a refusal with {@link Reason#BAD_REQUEST} that names the rule it breaks
     */
    public Result<RecordPath> child(String name) {
        return parse(isRoot() ? name : value + "/" + name);
    }

    /**
     * Whether this path is a descendant of that directory, at any depth. A path is not below itself.
     *
     * @param directory the path of a directory
     * @return whether it is
     */
    public boolean isBelow(RecordPath directory) {
        return directory.isRoot()
                ? !isRoot()
                : value.length() > directory.value.length()
                        && value.startsWith(directory.value)
                        && value.charAt(directory.value.length()) == '/';
    }

    /**
     * Its location on disk.
     *
     * @param root the directory of the root
     * @return the path of the file or directory
     */
    public Path under(Path root) {
        return isRoot() ? root : root.resolve(value);
    }

    @Override
    public int compareTo(RecordPath other) {
        return value.compareTo(other.value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecordPath path && path.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    /** The characters of the path, without a leading or trailing slash. */
    @Override
    public String toString() {
        return value;
    }
}
