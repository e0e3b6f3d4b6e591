package io.datahub.http;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.event.CloudEvent;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * The value of an attribute in a header (CloudEvents HTTP binding 1.0.2, 3.1.3.2): decoded once. What isn't encoded though
 * it should be is taken as it stands: UTF-8, blanks, and a percent sign that no two hexadecimal digits follow. Attributes
 * that are URIs stay URIs: one that was sent as it is isn't decoded, and what no URI may hold is encoded.
 */
final class HeaderText {

    private static final Set<String> URIS = Set.of("ce-source", "ce-dataschema");

    private HeaderText() {}

    /**
     * Decodes a value.
     *
     * @param name the header's, in lower case
     * @param value as the server has it: each byte a character, or decoded already
     */
    static Result<String> decode(String name, String value) {
        Optional<String> text = utf8(value);
        Optional<String> decoded = text.flatMap(HeaderText::percentDecoded);
        if (decoded.isEmpty()) {
            return Result.refused(Reason.BAD_REQUEST, "the header " + name + " isn't UTF-8 once it is percent-decoded");
        }
        return Result.done(URIS.contains(name) ? uri(text.get(), decoded.get()) : decoded.get());
    }

    private static String uri(String written, String decoded) {
        if (isPlain(decoded) && CloudEvent.isUriReference(decoded)) {
            return decoded;
        }
        if (isPlain(written) && CloudEvent.isUriReference(written)) {
            return written;
        }
        String encoded = percentEncoded(decoded);
        return CloudEvent.isUriReference(encoded) ? encoded : decoded;
    }

    private static boolean isPlain(String text) {
        return text.chars().allMatch(c -> c < 128);
    }

    private static Optional<String> utf8(String value) {
        return value.chars().allMatch(c -> c < 256)
                ? decoded(value.getBytes(StandardCharsets.ISO_8859_1))
                : Optional.of(value);
    }

    private static Optional<String> decoded(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> percentDecoded(String text) {
        byte[] written = text.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[written.length];
        int length = 0;
        for (int i = 0; i < written.length; i++) {
            if (isEscape(written, i)) {
                bytes[length++] =
                        (byte) (HexFormat.fromHexDigit(written[i + 1]) << 4 | HexFormat.fromHexDigit(written[i + 2]));
                i += 2;
            } else {
                bytes[length++] = written[i];
            }
        }
        return decoded(Arrays.copyOf(bytes, length));
    }

    /** Encodes what isn't ASCII, blanks, quotes, and percent signs that begin no escape. */
    private static String percentEncoded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder encoded = new StringBuilder(bytes.length + 16);
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b <= ' ' || b == '"' || b == 127 || (b == '%' && !isEscape(bytes, i))) {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            } else {
                encoded.append((char) b);
            }
        }
        return encoded.toString();
    }

    private static boolean isEscape(byte[] bytes, int at) {
        return bytes[at] == '%'
                && at + 2 < bytes.length
                && HexFormat.isHexDigit(bytes[at + 1])
                && HexFormat.isHexDigit(bytes[at + 2]);
    }
}
