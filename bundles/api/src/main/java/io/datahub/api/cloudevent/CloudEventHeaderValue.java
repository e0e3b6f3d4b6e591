package io.datahub.api.cloudevent;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Decodes the value of a CloudEvents attribute in a header (CloudEvents HTTP binding 1.0.2, 3.1.3.2), exactly once.
 * Characters that should have been encoded but were not are accepted as they are: UTF-8, spaces, and a percent sign
 * that is not followed by two hexadecimal digits. URI attributes remain URIs: one that was sent unencoded is not
 * decoded, and characters that are not allowed in a URI are encoded.
 */
final class CloudEventHeaderValue {

    private static final Set<String> URIS = Set.of("ce-source", "ce-dataschema");

    private CloudEventHeaderValue() {}

    /**
     * Decodes a value.
     *
     * @param name the name of the header in lower case
     * @param value the value as the server provides it: one character per byte, or decoded already
     */
    static Result<String> decode(String name, String value) {
        Optional<String> text = utf8(value);
        Optional<String> decoded = text.flatMap(CloudEventHeaderValue::percentDecoded);
        if (decoded.isEmpty()) {
            return Result.refused(
                    Reason.BAD_REQUEST, "the header " + name + " isn't valid UTF-8 after percent-decoding");
        }
        return Result.done(URIS.contains(name) ? uri(text.get(), decoded.get()) : decoded.get());
    }

    private static String uri(String raw, String decoded) {
        if (isPlain(decoded) && CloudEvent.isUriReference(decoded)) {
            return decoded;
        }
        if (isPlain(raw) && CloudEvent.isUriReference(raw)) {
            return raw;
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
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[raw.length];
        int length = 0;
        for (int i = 0; i < raw.length; i++) {
            if (isEscape(raw, i)) {
                bytes[length++] = (byte) (HexFormat.fromHexDigit(raw[i + 1]) << 4 | HexFormat.fromHexDigit(raw[i + 2]));
                i += 2;
            } else {
                bytes[length++] = raw[i];
            }
        }
        return decoded(Arrays.copyOf(bytes, length));
    }

    /** Encodes non-ASCII characters, spaces, quotes, and percent signs that do not start an escape. */
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
