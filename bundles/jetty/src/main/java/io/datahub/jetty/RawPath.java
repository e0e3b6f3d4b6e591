package io.datahub.jetty;

import java.util.regex.Pattern;

/** The path of a request as the client wrote it, before anything is decoded. */
final class RawPath {

    private static final Pattern SLASH = Pattern.compile("/");
    private static final Pattern DOTS = Pattern.compile("(?:\\.|%2[eE]){1,2}(?:;.*)?");

    private static final Pattern THIS_DIRECTORY = Pattern.compile("\\.|%2[eE]");

    private RawPath() {}

    /** The path without the segments that stand for the directory that they are in (RFC 3986, 5.2.4). */
    static String withoutDots(String path) {
        if (!path.contains("/.") && !path.contains("/%2")) {
            return path;
        }
        String[] segments = SLASH.split(path, -1);
        StringBuilder left = new StringBuilder(path.length()).append(segments[0]);
        for (int i = 1; i < segments.length; i++) {
            boolean isDot = THIS_DIRECTORY.matcher(segments[i]).matches();
            if (!isDot || i == segments.length - 1) {
                left.append('/').append(isDot ? "" : segments[i]);
            }
        }
        return left.toString();
    }

    /** Whether it lies at or below the place where something is mounted. */
    static boolean isWithin(String path, String mount) {
        return mount.equals("/")
                || (path.startsWith(mount) && (path.length() == mount.length() || path.charAt(mount.length()) == '/'));
    }

    /** Whether it has an empty segment, or one that stands for a parent, or for this directory with a parameter. */
    static boolean isAmbiguous(String path) {
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
