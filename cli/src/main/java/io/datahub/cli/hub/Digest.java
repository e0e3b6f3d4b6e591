package io.datahub.cli.hub;

import io.datahub.cli.core.PrivateFiles;
import io.datahub.cli.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;

/** SHA-256 of files and in headers (RFC 9530). */
public final class Digest {

    static final String HEADER = "Repr-Digest";
    private static final String PREFIX = "sha-256=:";
    private static final int BUFFER = 65_536;

    private Digest() {}

    /** The digest of the record that a response is about, in hexadecimal; empty if the hub doesn't know it. */
    public static Optional<String> of(Response response) {
        return response.header("repr-digest")
                .filter(value -> value.contains(PREFIX))
                .map(value -> value.substring(value.indexOf(PREFIX) + PREFIX.length()))
                .filter(value -> value.indexOf(':') > 0)
                .map(value -> PrivateFiles.hex(Base64.getDecoder().decode(value.substring(0, value.indexOf(':')))));
    }

    /** The value of the header. */
    static String header(byte[] sha256) {
        return PREFIX + Base64.getEncoder().encodeToString(sha256) + ":";
    }

    /** The digest of a file, in hexadecimal. */
    public static String of(Path file) throws IOException {
        return PrivateFiles.hex(ofBeginning(file, Long.MAX_VALUE).digest());
    }

    /** A digest that has been given the first bytes of a file. */
    static MessageDigest ofBeginning(Path file, long count) throws IOException {
        MessageDigest digest = PrivateFiles.newSha256();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            long left = count;
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    break;
                }
                digest.update(buffer, 0, read);
                left -= read;
            }
        }
        return digest;
    }
}
