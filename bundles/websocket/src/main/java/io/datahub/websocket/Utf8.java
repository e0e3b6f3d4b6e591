package io.datahub.websocket;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Tells UTF-8 (RFC 3629, 4) from other bytes, also where they come in pieces; it knows at the first byte that can't be
 * right. For one thread at a time.
 */
final class Utf8 {

    /** How many bytes the present character still has. */
    private int missing;

    /** The range of the next byte of the present character. */
    private int least;

    private int most;
    private boolean wrong;

    /** Goes on with more bytes, from the buffer's position, which it leaves; false if they, or any before, were wrong. */
    boolean add(ByteBuffer bytes) {
        for (int i = bytes.position(); i < bytes.limit() && !wrong; i++) {
            byte next = bytes.get(i);
            if (missing > 0 || next < 0) {
                add(next & 0xff);
            }
        }
        return !wrong;
    }

    private void add(int next) {
        if (missing == 0) {
            begin(next);
        } else if (next < least || next > most) {
            wrong = true;
        } else {
            missing--;
            anyContinuation();
        }
    }

    private void begin(int first) {
        anyContinuation();
        if (first >= 0xc2 && first <= 0xdf) {
            missing = 1;
        } else if (first >= 0xe0 && first <= 0xef) {
            missing = 2;
            least = first == 0xe0 ? 0xa0 : 0x80;
            most = first == 0xed ? 0x9f : 0xbf;
        } else if (first >= 0xf0 && first <= 0xf4) {
            missing = 3;
            least = first == 0xf0 ? 0x90 : 0x80;
            most = first == 0xf4 ? 0x8f : 0xbf;
        } else {
            wrong = true;
        }
    }

    private void anyContinuation() {
        least = 0x80;
        most = 0xbf;
    }

    /** Whether what came so far ends with a whole character. */
    boolean isWhole() {
        return !wrong && missing == 0;
    }

    static boolean isValid(byte[] bytes) {
        Utf8 all = new Utf8();
        return all.add(ByteBuffer.wrap(bytes)) && all.isWhole();
    }

    /** Whether the text can be written as UTF-8; it can't where half of a surrogate pair is missing. */
    static boolean isEncodable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return StandardCharsets.UTF_8.newEncoder().canEncode(text.substring(i));
            }
        }
        return true;
    }
}
