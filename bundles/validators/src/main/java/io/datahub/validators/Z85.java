package io.datahub.validators;

/** Recognises CURVE keys in Z85 (ZeroMQ RFC 32): five characters for each four bytes. */
final class Z85 {

    private static final String ALPHABET =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
    private static final int KEY_CHARACTERS = 40;
    private static final int GROUP = 5;

    private Z85() {}

    /** Whether the text stands for the 32 bytes of a CURVE key. */
    static boolean isCurveKey(String text) {
        if (text.length() != KEY_CHARACTERS) {
            return false;
        }
        for (int group = 0; group < KEY_CHARACTERS; group += GROUP) {
            if (!isFourBytes(text.substring(group, group + GROUP))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFourBytes(String group) {
        long value = 0;
        for (int i = 0; i < GROUP; i++) {
            int digit = ALPHABET.indexOf(group.charAt(i));
            if (digit < 0) {
                return false;
            }
            value = value * ALPHABET.length() + digit;
        }
        return value <= 0xFFFFFFFFL;
    }
}
