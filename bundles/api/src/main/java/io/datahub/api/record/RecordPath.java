package io.datahub.api.record;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The path of a record, or of a directory, below the hub's files: segments joined by {@code /}, with none at either end.
 * The empty path is the root directory. Two paths are equal if their characters are; case and Unicode forms count.
 */
public final class RecordPath implements Comparable<RecordPath> {

    /** The directory that holds everything. */
    public static final RecordPath ROOT = new RecordPath("");

    /** The users file, which has rules of its own. */
    public static final RecordPath USERS = new RecordPath("broker_users.xml");

    private static final int MAX_PATH_BYTES = 4096;
    private static final int MAX_SEGMENT_BYTES = 255;
    private static final Pattern SLASH = Pattern.compile("/");

    private final String value;

    private RecordPath(String value) {
        this.value = value;
    }

    /**
     * Reads a path that is decoded already.
     *
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
     * The path of these characters.
     *
     * @throws IllegalArgumentException if they break a rule of paths
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
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
            return "the path is longer than " + MAX_PATH_BYTES + " bytes";
        }
        for (String segment : SLASH.split(text, -1)) {
            if (segment.isEmpty()) {
                return "the path has an empty segment";
            }
            if (segment.equals(".") || segment.equals("..")) {
                return "the path has a segment . or ..";
            }
            if (segment.getBytes(StandardCharsets.UTF_8).length > MAX_SEGMENT_BYTES) {
                return "the path has a segment longer than " + MAX_SEGMENT_BYTES + " bytes";
            }
        }
        return null;
    }

    public boolean isRoot() {
        return value.isEmpty();
    }

    /** The last segment; empty for the root. */
    public String name() {
        return value.substring(value.lastIndexOf('/') + 1);
    }

    /** The directory that it is in; the root is its own parent. */
    public RecordPath parent() {
        int slash = value.lastIndexOf('/');
        return slash < 0 ? ROOT : new RecordPath(value.substring(0, slash));
    }

    /** The path of what is called so in this directory. */
    public Result<RecordPath> child(String name) {
        return parse(isRoot() ? name : value + "/" + name);
    }

    /** Whether this path lies below that directory, at any depth. Nothing lies below itself. */
    public boolean isBelow(RecordPath directory) {
        return directory.isRoot()
                ? !isRoot()
                : value.length() > directory.value.length()
                        && value.startsWith(directory.value)
                        && value.charAt(directory.value.length()) == '/';
    }

    /** Where it lies on disk. */
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

    /** The characters of the path, without a slash at either end. */
    @Override
    public String toString() {
        return value;
    }
}
