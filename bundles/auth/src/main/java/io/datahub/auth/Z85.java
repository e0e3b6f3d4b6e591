package io.datahub.auth;

/** Reads Z85, the text form of CURVE keys (ZeroMQ RFC 32): five characters for each four bytes. */
final class Z85 {

    private static final String ALPHABET =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    private Z85() {}

    /**
     * The bytes of a text in Z85.
     *
     * @throws IllegalArgumentException if it is none
     */
    static byte[] decode(String text) {
        if (text.length() % 5 != 0) {
            throw new IllegalArgumentException("a text in Z85 has five characters for each four bytes");
        }
        byte[] bytes = new byte[text.length() / 5 * 4];
        for (int group = 0; group < text.length() / 5; group++) {
            long value = 0;
            for (char c : text.substring(group * 5, group * 5 + 5).toCharArray()) {
                int digit = ALPHABET.indexOf(c);
                if (digit < 0) {
                    throw new IllegalArgumentException("a character is none of Z85's");
                }
                value = value * 85 + digit;
            }
            if (value > 0xFFFFFFFFL) {
                throw new IllegalArgumentException("five characters of Z85 stand for more than four bytes");
            }
            for (int i = 0; i < 4; i++) {
                bytes[group * 4 + i] = (byte) (value >>> (24 - 8 * i));
            }
        }
        return bytes;
    }
}
