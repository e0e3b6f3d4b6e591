package io.datahub.cli.hub;

import io.datahub.cli.core.Failure;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Paths of records as the user writes them, as the hub has them, and in URLs. */
public final class Paths {

    /** The record with the users, which commands for whole trees leave out. */
    public static final String USERS = "broker_users.xml";

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

    /** Those of the paths that would be one file with another of them on this machine, if its files ignore case. */
    public static Set<String> clashing(Collection<String> paths) {
        String system = System.getProperty("os.name");
        return system.startsWith("Windows") || system.startsWith("Mac") ? equalButForCase(paths) : Set.of();
    }

    static Set<String> equalButForCase(Collection<String> paths) {
        Map<String, String> first = new HashMap<>();
        Set<String> found = new HashSet<>();
        for (String path : paths) {
            String other = first.putIfAbsent(
                    Normalizer.normalize(path, Normalizer.Form.NFC).toLowerCase(Locale.ROOT), path);
            if (other != null) {
                found.add(other);
                found.add(path);
            }
        }
        return found;
    }

    /**
     * A path that isn't among those.
     *
     * @throws Failure if it is
     */
    public static String distinct(String path, Set<String> clashing) {
        if (clashing.contains(path)) {
            throw new Failure(
                    Failure.FAILED,
                    "another record's name differs in case only, and files of this machine ignore case: fetch it by itself");
        }
        return path;
    }

    /** The path of a file below a directory, with slashes. */
    public static String relative(Path directory, Path file) {
        return directory
                .relativize(file)
                .toString()
                .replace(file.getFileSystem().getSeparator(), "/");
    }

    /** Whether the name of a file is UTF-8; a text that isn't stands for other bytes. */
    public static boolean isText(Path file) {
        try {
            return file.getFileSystem().getPath(file.toString()).equals(file);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** Why a file whose name isn't text can't be a record. */
    public static Failure notText() {
        return new Failure(Failure.FAILED, "the name isn't UTF-8, as those of records are: rename the file");
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
        } catch (InvalidPathException e) {
            throw new Failure(Failure.FAILED, "'" + path + "' can't be the name of a file here: " + e.getReason());
        }
    }
}
