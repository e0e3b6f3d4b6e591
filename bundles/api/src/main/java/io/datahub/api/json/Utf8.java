package io.datahub.api.json;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Validates UTF-8 (RFC 3629, 4) incrementally; fails at the first invalid byte. Not thread-safe. */
public final class Utf8 {

    /** Remaining bytes of the current character. */
    private int remaining;

    /** The valid range of the next byte of the current character. */
    private int min;

    private int max;
    private boolean invalid;

    /** Creates a validator at the beginning of a text. */
    public Utf8() {}

    /**
     * Validates more bytes.
     *
     * @param bytes from the buffer's position on, which isn't changed
     * @return false if they or any previous bytes are invalid
     */
    public boolean add(ByteBuffer bytes) {
        for (int i = bytes.position(); i < bytes.limit() && !invalid; i++) {
            byte next = bytes.get(i);
            if (remaining > 0 || next < 0) {
                add(next & 0xff);
            }
        }
        return !invalid;
    }

    private void add(int next) {
        if (remaining == 0) {
            start(next);
        } else if (next < min || next > max) {
            invalid = true;
        } else {
            remaining--;
            resetRange();
        }
    }

    private void start(int first) {
        resetRange();
        if (first >= 0xc2 && first <= 0xdf) {
            remaining = 1;
        } else if (first >= 0xe0 && first <= 0xef) {
            remaining = 2;
            min = first == 0xe0 ? 0xa0 : 0x80;
            max = first == 0xed ? 0x9f : 0xbf;
        } else if (first >= 0xf0 && first <= 0xf4) {
            remaining = 3;
            min = first == 0xf0 ? 0x90 : 0x80;
            max = first == 0xf4 ? 0x8f : 0xbf;
        } else {
            invalid = true;
        }
    }

    private void resetRange() {
        min = 0x80;
        max = 0xbf;
    }

    /**
     * Whether the input so far is valid and ends with a complete character.
     *
     * @return whether it is and does
     */
    public boolean isComplete() {
        return !invalid && remaining == 0;
    }

    /**
     * Whether the bytes are valid UTF-8.
     *
     * @param bytes any bytes
     * @return whether they are
     */
    public static boolean isValid(byte[] bytes) {
        Utf8 all = new Utf8();
        return all.add(ByteBuffer.wrap(bytes)) && all.isComplete();
    }

    /**
     * Whether the text can be encoded as UTF-8; false if it has an unpaired surrogate.
     *
     * @param text any text
     * @return whether it can
     */
    public static boolean isEncodable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return StandardCharsets.UTF_8.newEncoder().canEncode(text.substring(i));
            }
        }
        return true;
    }
}
