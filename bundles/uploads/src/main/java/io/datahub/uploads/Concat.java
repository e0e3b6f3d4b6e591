package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The value of {@code Upload-Concat} when an upload is created: a part, or a record concatenated from several parts
 * (tus 1.0.0, concatenation).
 *
 * @param isPart whether the upload is a part
 * @param parts the names of the parts to concatenate
 */
record Concat(boolean isPart, List<String> parts) {

    static final String HEADER = "Upload-Concat";

    private static final String PARTIAL = "partial";
    private static final String FINAL = "final;";
    private static final Pattern SPACES = Pattern.compile(" +");

    /**
     * The end of the URL of a part. The URL may be relative or absolute, and through a proxy it may start with a
     * different path.
     */
    private static final Pattern PART = Pattern.compile("(?:.*/)?([0-9a-f]{32})");

    boolean isFinal() {
        return !parts.isEmpty();
    }

    static Result<Concat> parse(Optional<String> header) {
        String text = header.orElse("").strip();
        if (header.isEmpty() || text.equals(PARTIAL)) {
            return Result.done(new Concat(header.isPresent(), List.of()));
        }
        if (!text.startsWith(FINAL)) {
            return Result.refused(
                    Reason.BAD_REQUEST, HEADER + " must be partial, or final; followed by the URLs of the parts");
        }
        List<String> names = new ArrayList<>();
        for (String url : SPACES.split(text.substring(FINAL.length()).strip(), -1)) {
            Matcher part = PART.matcher(url);
            if (!part.matches()) {
                return Result.refused(
                        Reason.BAD_REQUEST,
                        HEADER + " names something that isn't an upload; final; must be followed by the URLs of the"
                                + " parts, separated by spaces");
            }
            names.add(part.group(1));
        }
        return Result.done(new Concat(false, names));
    }

    /** Whether the upload was concatenated from parts. */
    static boolean isFinal(String header) {
        return header != null && header.startsWith(FINAL);
    }
}
