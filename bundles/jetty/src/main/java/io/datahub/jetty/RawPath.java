package io.datahub.jetty;

import java.util.regex.Pattern;

/** The path of a request as the client wrote it, before anything is decoded. */
final class RawPath {

    private static final Pattern SLASH = Pattern.compile("/");
    private static final Pattern DOTS = Pattern.compile("(?:\\.|%2[eE]){1,2}(?:;.*)?");

    private RawPath() {}

    /** Whether it lies at or below the place where something is mounted. */
    static boolean isWithin(String path, String mount) {
        return mount.equals("/")
                || (path.startsWith(mount) && (path.length() == mount.length() || path.charAt(mount.length()) == '/'));
    }

    /** Whether it has an empty segment, or one that stands for this directory or its parent, in whatever encoding. */
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
