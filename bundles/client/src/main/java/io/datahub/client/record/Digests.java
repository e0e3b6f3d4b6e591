package io.datahub.client.record;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/** SHA-256, and the header {@code Repr-Digest} (RFC 9530). */
final class Digests {

    static final String HEADER = "Repr-Digest";

    private static final String BEGIN = "sha-256=:";
    private static final int BUFFER = 1 << 16;

    private Digests() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each JDK has SHA-256", e);
        }
    }

    static String header(byte[] sha256) {
        return BEGIN + base64(sha256) + ":";
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static String hex(byte[] sha256) {
        return HexFormat.of().formatHex(sha256);
    }

    /** The digest in a response, in hexadecimal; empty if it has none. */
    static String of(HttpHeaders headers) {
        String value = headers.firstValue(HEADER).orElse("");
        int begin = value.indexOf(BEGIN);
        if (begin < 0) {
            return "";
        }
        int end = value.indexOf(':', begin + BEGIN.length());
        return end < 0 ? "" : hex(Base64.getDecoder().decode(value.substring(begin + BEGIN.length(), end)));
    }

    /** The digest of the first bytes of a file. */
    static MessageDigest ofBeginning(FileChannel file, long length) throws IOException {
        MessageDigest digest = sha256();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        for (long position = 0; position < length; position += buffer.limit()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), length - position));
            readFully(file, buffer, position);
            digest.update(buffer.flip());
        }
        return digest;
    }

    /** Fills a buffer from a position. */
    static void readFully(FileChannel file, ByteBuffer buffer, long position) throws IOException {
        for (long next = position; buffer.hasRemaining(); ) {
            int count = file.read(buffer, next);
            if (count < 0) {
                throw new IOException("the file became shorter while it was read");
            }
            next += count;
        }
    }
}
