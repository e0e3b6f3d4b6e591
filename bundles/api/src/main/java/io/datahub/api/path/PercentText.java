package io.datahub.api.path;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Percent-encoding of UTF-8 (RFC 3986, 2.1), decoded strictly and once. */
public final class PercentText {

    private static final String UNRESERVED = "-._~!$&'()*+,=:@";

    private PercentText() {}

    /**
     * Decodes a text; refused if an escape is malformed or the result is not valid UTF-8.
     *
     * @param text the encoded text
     * @return the text, or the refusal
     */
    public static Result<String> decode(String text) {
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer decoded = ByteBuffer.allocate(raw.length);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] != '%') {
                decoded.put(raw[i]);
                continue;
            }
            if (i + 2 >= raw.length || !HexFormat.isHexDigit(raw[i + 1]) || !HexFormat.isHexDigit(raw[i + 2])) {
                return Result.refused(
                        Reason.BAD_REQUEST, "the path has a % that isn't followed by two hexadecimal digits");
            }
            decoded.put((byte) (HexFormat.fromHexDigit(raw[i + 1]) << 4 | HexFormat.fromHexDigit(raw[i + 2])));
            i += 2;
        }
        try {
            return Result.done(
                    StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()).toString());
        } catch (CharacterCodingException e) {
            return Result.refused(Reason.BAD_REQUEST, "the path isn't UTF-8");
        }
    }

    /**
     * Encodes a text for use in a path; slashes are kept.
     *
     * @param text any text
     * @return the encoded text
     */
    public static String encodePath(String text) {
        return encode(text, UNRESERVED + "/");
    }

    /**
     * Encodes a text for header parameters (RFC 8187).
     *
     * @param text any text
     * @return the encoded text
     */
    public static String encodeParameter(String text) {
        return encode(text, "-._~!$&+");
    }

    private static String encode(String text, String unencoded) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if ((c < 128 && Character.isLetterOrDigit(c)) || unencoded.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return encoded.toString();
    }
}
