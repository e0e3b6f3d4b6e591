package io.datahub.http;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import java.util.regex.Pattern;

/**
 * What a request under {@code /files} is about.
 *
 * @param path the record or directory
 * @param isDirectory whether the client wrote a slash at the end
 */
record FileTarget(RecordPath path, boolean isDirectory) {

    static final String MOUNT = "/files";

    private static final Pattern ENCODED_BACKSLASH = Pattern.compile("%5[cC]");
    private static final Pattern DOTS_BEFORE_PARAMETER = Pattern.compile("(?:^|/|%2[fF])(?:\\.|%2[eE]){0,2};");

    /**
     * Reads the path of a request as the client wrote it. It is decoded here and nowhere else, so that no later step can
     * see another path than the one that was judged.
     *
     * @param slashes where a slash may be written as {@code %2F}
     */
    static Result<FileTarget> parse(String raw, EncodedSlashes slashes) {
        String written = raw.length() <= MOUNT.length() ? "" : raw.substring(MOUNT.length() + 1);
        if (slashes.forbid(written) || ENCODED_BACKSLASH.matcher(written).find()) {
            return Result.refused(Reason.BAD_REQUEST, "the path has an encoded slash or backslash");
        }
        if (DOTS_BEFORE_PARAMETER.matcher(written).find()) {
            return Result.refused(Reason.BAD_REQUEST, "the path has a ; behind an empty segment, . or ..");
        }
        boolean isDirectory = written.isEmpty() || written.endsWith("/");
        if (written.equals("/")) {
            return Result.refused(Reason.BAD_REQUEST, "the path has an empty segment");
        }
        return PercentText.decode(written)
                .then(decoded -> RecordPath.parse(
                        isDirectory && !decoded.isEmpty() ? decoded.substring(0, decoded.length() - 1) : decoded))
                .then(path -> Result.done(new FileTarget(path, isDirectory)));
    }

    /** The path under which a record is served. */
    static String uri(RecordPath path) {
        return MOUNT + "/" + PercentText.encodePath(path.toString());
    }
}
