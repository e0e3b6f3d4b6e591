package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** The checksum of the bytes of one request, from {@code Upload-Checksum}. Not thread-safe. */
final class Checksum {

    static final String HEADER = "Upload-Checksum";
    static final String ALGORITHMS = "sha1,sha256,sha512,md5";

    private static final Map<String, String> NAMES =
            Map.of("sha1", "SHA-1", "sha256", "SHA-256", "sha512", "SHA-512", "md5", "MD5");

    private final byte[] expected;
    private final MessageDigest digest;

    private Checksum(byte[] expected, MessageDigest digest) {
        this.expected = expected;
        this.digest = digest;
    }

    /** Parses the header: an algorithm, a space, and the checksum in Base64. */
    static Result<Optional<Checksum>> parse(Optional<String> header) {
        if (header.isEmpty()) {
            return Result.done(Optional.empty());
        }
        String[] words = header.get().strip().split(" +", -1);
        String algorithm = NAMES.get(words[0]);
        if (words.length != 2 || algorithm == null) {
            return Result.refused(
                    Reason.BAD_REQUEST,
                    HEADER + " must be an algorithm (" + ALGORITHMS + ") and the checksum in Base64");
        }
        try {
            byte[] expected = Base64.getDecoder().decode(words[1]);
            return Result.done(Optional.of(new Checksum(expected, MessageDigest.getInstance(algorithm))));
        } catch (IllegalArgumentException e) {
            return Result.refused(Reason.BAD_REQUEST, HEADER + " isn't Base64");
        } catch (NoSuchAlgorithmException e) {
            return Result.refused(Reason.BAD_REQUEST, "the hub's Java platform doesn't have " + algorithm);
        }
    }

    /** Adds bytes, which aren't consumed. */
    void add(ByteBuffer bytes) {
        digest.update(bytes.duplicate());
    }

    /** Whether the bytes match the checksum; called once. */
    boolean matches() {
        return MessageDigest.isEqual(expected, digest.digest());
    }
}
