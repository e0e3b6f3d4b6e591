package io.datahub.http.files;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.PercentText;
import io.datahub.jetty.web.HeaderValue;
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
 * The headers of a part of a form (RFC 7578, 4).
 *
 * @param fileName empty if the part has none
 */
record FormPart(String fileName) {

    private static final Set<String> IDENTITY_ENCODINGS = Set.of("", "7bit", "8bit", "binary");
    private static final Pattern LINE = Pattern.compile("\r\n(?![ \t])");
    private static final Pattern EXTENDED = Pattern.compile("(?i:utf-8)'[^']*'(.*)");
    private static final Pattern BARE_CR_OR_LF = Pattern.compile("\r(?!\n)|(?<!\r)\n");

    /** Parses the header lines, each of which ends with CRLF. */
    static Result<FormPart> parse(byte[] lines) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(lines))
                    .toString();
        } catch (CharacterCodingException e) {
            return Result.refused(Reason.BAD_REQUEST, "a file name or another header in the form isn't UTF-8");
        }
        if (BARE_CR_OR_LF.matcher(text).find()) {
            return Result.refused(Reason.BAD_REQUEST, "a header line in the form doesn't end with CRLF");
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
                return Result.refused(Reason.BAD_REQUEST, "a part of the form has a malformed or duplicate header");
            }
        }
        String encoding = headers.getOrDefault("content-transfer-encoding", "").toLowerCase(Locale.ROOT);
        if (!IDENTITY_ENCODINGS.contains(encoding)) {
            return Result.refused(
                    Reason.UNSUPPORTED_MEDIA_TYPE,
                    "the parts of a form are stored as they are; omit Content-Transfer-Encoding");
        }
        return HeaderValue.parse(headers.getOrDefault("content-disposition", ""))
                .then(FormPart::fileName)
                .then(name -> Result.done(new FormPart(name)));
    }

    /**
     * The file name. Browsers encode a quote in a name as {@code %22} (HTML, multipart/form-data encoding) and escape
     * nothing else in it.
     */
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
