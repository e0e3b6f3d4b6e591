package io.datahub.cli.hub;

import io.datahub.cli.core.Failure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Paths of records as the user writes them, as the hub has them, and in URLs. */
public final class Paths {

    private static final String UNRESERVED = "-._~!$&'()*+,=@";
    private static final String SCHEME = "hub:";

    private Paths() {}

    /** Whether a word of a command line names something in the hub. */
    public static boolean isRemote(String word) {
        return word.startsWith(SCHEME);
    }

    /** The path that the user means: without {@code hub:} and slashes at the beginning. */
    public static String of(String word) {
        String path = isRemote(word) ? word.substring(SCHEME.length()) : word;
        return path.replaceAll("^/+", "");
    }

    /** The same for a record, which has a name. */
    public static String record(String word) {
        String path = of(word);
        if (path.isEmpty() || path.endsWith("/")) {
            throw new Failure(Failure.USAGE, "'" + word + "' is a directory; name a record");
        }
        return path;
    }

    /** The path of a directory: empty, or ends with a slash. */
    public static String directory(String word) {
        String path = of(word).replaceAll("/+$", "");
        return path.isEmpty() ? "" : path + "/";
    }

    /** The last segment of a path. */
    public static String name(String path) {
        String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }

    /** The target of requests for a record or a directory. */
    public static String files(String path) {
        return "/files/" + encode(path);
    }

    /** Percent-encodes everything but slashes and what is allowed in a segment. */
    public static String encode(String path) {
        StringBuilder encoded = new StringBuilder(path.length() + 16);
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (isPlain || c == '/' || UNRESERVED.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(String.format("%02X", (int) c));
            }
        }
        return encoded.toString();
    }

    /** Percent-encodes a value in a query. */
    public static String encodeValue(String value) {
        return encode(value)
                .replace("/", "%2F")
                .replace("&", "%26")
                .replace("+", "%2B")
                .replace("=", "%3D");
    }

    /**
     * The file below a directory for a path that a hub has sent.
     *
     * @throws Failure if it would be somewhere else
     */
    public static Path local(Path directory, String path) {
        for (String segment : path.split("/", -1)) {
            boolean isUsable = !segment.isEmpty() && !segment.equals(".") && !segment.equals("..");
            if (!isUsable || segment.indexOf('\\') >= 0 || segment.indexOf('\0') >= 0) {
                throw new Failure(Failure.FAILED, "'" + path + "' can't be the name of a file here");
            }
        }
        try {
            return directory.resolve(path);
        } catch (java.nio.file.InvalidPathException e) {
            throw new Failure(Failure.FAILED, "'" + path + "' can't be the name of a file here: " + e.getReason());
        }
    }
}
