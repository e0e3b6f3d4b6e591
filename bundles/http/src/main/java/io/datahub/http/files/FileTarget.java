package io.datahub.http.files;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.PercentText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.path.RecordUrls;
import java.util.regex.Pattern;

/**
 * The target of a request under {@code /files}.
 *
 * @param path the record or directory
 * @param isDirectory whether the client wrote a trailing slash
 */
record FileTarget(RecordPath path, boolean isDirectory) {

    static final String MOUNT = "/files";

    private static final Pattern ENCODED_BACKSLASH = Pattern.compile("%5[cC]");
    private static final Pattern DOTS_BEFORE_PARAMETER = Pattern.compile("(?:^|/|%2[fF])(?:\\.|%2[eE]){0,2};");

    /**
     * Parses the raw path of a request. It is decoded here and nowhere else, so that no later step can see a different
     * path from the one that was checked.
     *
     * @param slashes where a slash may be encoded as {@code %2F}
     */
    static Result<FileTarget> parse(String raw, EncodedSlashes slashes) {
        String rawPath = raw.length() <= MOUNT.length() ? "" : raw.substring(MOUNT.length() + 1);
        if (rawPath.indexOf('%') >= 0
                && (slashes.isForbidden(rawPath)
                        || ENCODED_BACKSLASH.matcher(rawPath).find())) {
            return Result.refused(Reason.BAD_REQUEST, "the path has an encoded slash or backslash");
        }
        if (rawPath.indexOf(';') >= 0 && DOTS_BEFORE_PARAMETER.matcher(rawPath).find()) {
            return Result.refused(Reason.BAD_REQUEST, "the path has a ; after an empty segment, . or ..");
        }
        boolean isDirectory = rawPath.isEmpty() || rawPath.endsWith("/");
        if (rawPath.equals("/")) {
            return Result.refused(Reason.BAD_REQUEST, "the path has an empty segment");
        }
        return PercentText.decode(rawPath)
                .then(decoded -> RecordPath.parse(
                        isDirectory && !decoded.isEmpty() ? decoded.substring(0, decoded.length() - 1) : decoded))
                .then(path -> Result.done(new FileTarget(path, isDirectory)));
    }

    /** The URI path at which a record is served. */
    static String uri(RecordPath path) {
        return RecordUrls.RELATIVE.of(path);
    }
}
