package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** Parses {@code Upload-Checksum}, the checksum of the bytes of one request. */
final class Checksum {

    static final String HEADER = "Upload-Checksum";
    static final String ALGORITHMS = "sha1,sha256,sha512,md5";

    private static final Map<String, String> NAMES =
            Map.of("sha1", "SHA-1", "sha256", "SHA-256", "sha512", "SHA-512", "md5", "MD5");

    private Checksum() {}

    /** Parses the header: an algorithm, a space, and the checksum in Base64. */
    static Result<Map<String, String>> parse(Optional<String> header) {
        if (header.isEmpty()) {
            return Result.done(Map.of());
        }
        String[] words = header.get().strip().split(" +", -1);
        String algorithm = NAMES.get(words[0]);
        if (words.length != 2 || algorithm == null) {
            return Result.refused(
                    Reason.BAD_REQUEST,
                    HEADER + " must be an algorithm (" + ALGORITHMS + ") and the checksum in Base64");
        }
        try {
            return Result.done(Map.of(
                    algorithm, HexFormat.of().formatHex(Base64.getDecoder().decode(words[1]))));
        } catch (IllegalArgumentException e) {
            return Result.refused(Reason.BAD_REQUEST, HEADER + " isn't Base64");
        }
    }
}
