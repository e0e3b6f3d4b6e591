package io.datahub.http;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the headers of a part of a form say (RFC 7578, 4).
 *
 * @param fileName empty where the part has none
 */
record FormPart(String fileName) {

    private static final Set<String> UNCODED = Set.of("", "7bit", "8bit", "binary");
    private static final Pattern LINE = Pattern.compile("\r\n(?![ \t])");
    private static final Pattern EXTENDED = Pattern.compile("(?i:utf-8)'[^']*'(.*)");
    private static final Pattern LONE = Pattern.compile("\r(?!\n)|(?<!\r)\n");

    /** Reads the header lines, each with CRLF at its end. */
    static Result<FormPart> parse(byte[] lines) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(lines))
                    .toString();
        } catch (CharacterCodingException e) {
            return Result.refused(Reason.BAD_REQUEST, "the form has a file name, or another header, that isn't UTF-8");
        }
        if (LONE.matcher(text).find()) {
            return Result.refused(Reason.BAD_REQUEST, "the form has a header line that doesn't end with CRLF");
        }
        Map<String, String> headers = new HashMap<>();
        for (String line : LINE.splitAsStream(text).toList()) {
            int colon = line.indexOf(':');
            if (line.isEmpty()) {
                continue;
            }
            if (colon <= 0
                    || headers.put(
                                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                                    line.substring(colon + 1)
                                            .replace("\r\n", "")
                                            .strip())
                            != null) {
                return Result.refused(Reason.BAD_REQUEST, "the form has a part with a malformed or doubled header");
            }
        }
        String coding = headers.getOrDefault("content-transfer-encoding", "").toLowerCase(Locale.ROOT);
        if (!UNCODED.contains(coding)) {
            return Result.refused(
                    Reason.UNSUPPORTED_MEDIA_TYPE,
                    "the parts of a form are stored as they are; leave Content-Transfer-Encoding out");
        }
        return HeaderValue.parse(headers.getOrDefault("content-disposition", ""))
                .then(FormPart::fileName)
                .then(name -> Result.done(new FormPart(name)));
    }

    /** Browsers write a quote in a name as {@code %22} (HTML, multipart/form-data encoding), and escape nothing else of it. */
    private static Result<String> fileName(HeaderValue disposition) {
        Optional<String> extended = disposition.parameter("filename*");
        if (extended.isEmpty()) {
            return Result.done(disposition.parameter("filename").orElse("").replace("%22", "\""));
        }
        Matcher parts = EXTENDED.matcher(extended.get());
        return parts.matches()
                ? PercentText.decode(parts.group(1))
                : Result.refused(Reason.BAD_REQUEST, "filename* of a form has the form UTF-8''NAME (RFC 8187)");
    }
}
