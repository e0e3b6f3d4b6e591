package io.datahub.api.user;

import java.nio.ByteBuffer;

/** Z85, the text form of CURVE keys (ZeroMQ RFC 32): five characters for each four bytes. */
public final class Z85 {

    private static final String ALPHABET =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    private Z85() {}

    /**
     * Encodes bytes.
     *
     * @param bytes a multiple of four
     * @return the text
     */
    public static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length / 4 * 5);
        for (ByteBuffer rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
            long value = rest.getInt() & 0xffffffffL;
            for (long unit = 85L * 85 * 85 * 85; unit > 0; unit /= 85) {
                text.append(ALPHABET.charAt((int) (value / unit % 85)));
            }
        }
        return text.toString();
    }

    /**
     * Decodes text.
     *
     * @param text whose length is a multiple of five
     * @return the bytes
     * @throws IllegalArgumentException if it isn't Z85
     */
    public static byte[] decode(String text) {
        if (text.length() % 5 != 0) {
            throw new IllegalArgumentException("a text in Z85 has five characters for each four bytes");
        }
        ByteBuffer bytes = ByteBuffer.allocate(text.length() / 5 * 4);
        for (int at = 0; at < text.length(); at += 5) {
            long value = 0;
            for (int i = at; i < at + 5; i++) {
                int digit = ALPHABET.indexOf(text.charAt(i));
                if (digit < 0) {
                    throw new IllegalArgumentException("a character isn't one of Z85");
                }
                value = 85 * value + digit;
            }
            if (value > 0xffffffffL) {
                throw new IllegalArgumentException("five characters of Z85 stand for more than four bytes");
            }
            bytes.putInt((int) value);
        }
        return bytes.array();
    }
}
