package io.datahub.jetty.web;

import java.util.regex.Pattern;

/** The path of a request in raw form, before decoding. */
public final class RawPath {

    private static final Pattern SLASH = Pattern.compile("/");
    private static final Pattern DOTS = Pattern.compile("(?:\\.|%2[eE]){1,2}(?:;.*)?");

    private static final Pattern THIS_DIRECTORY = Pattern.compile("\\.|%2[eE]");

    private RawPath() {}

    /** The path without {@code .} segments (RFC 3986, 5.2.4). */
    public static String withoutDots(String path) {
        if (!path.contains("/.") && !path.contains("/%2")) {
            return path;
        }
        String[] segments = SLASH.split(path, -1);
        StringBuilder result = new StringBuilder(path.length()).append(segments[0]);
        for (int i = 1; i < segments.length; i++) {
            boolean isDot = THIS_DIRECTORY.matcher(segments[i]).matches();
            if (!isDot || i == segments.length - 1) {
                result.append('/').append(isDot ? "" : segments[i]);
            }
        }
        return result.toString();
    }

    /** Whether the path is at or below the path of a handler. */
    public static boolean isWithin(String path, String mount) {
        return mount.equals("/")
                || (path.startsWith(mount) && (path.length() == mount.length() || path.charAt(mount.length()) == '/'));
    }

    /** Whether the path has an empty segment, a {@code ..} segment, or a {@code .} segment with a parameter. */
    public static boolean isAmbiguous(String path) {
        String[] segments = SLASH.split(path, -1);
        for (int i = 1; i < segments.length; i++) {
            boolean isLast = i == segments.length - 1;
            if ((segments[i].isEmpty() && !isLast)
                    || segments[i].startsWith(";")
                    || DOTS.matcher(segments[i]).matches()) {
                return true;
            }
        }
        return false;
    }
}
