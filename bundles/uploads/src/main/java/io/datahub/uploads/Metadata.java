package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What {@code Upload-Metadata} says: pairs of a key and a value in Base64, separated by commas. */
final class Metadata {

    private static final String PATH = "path";

    private Metadata() {}

    /** The record that the upload shall become. */
    static Result<RecordPath> path(Optional<String> header) {
        Map<String, String> values = new HashMap<>();
        for (String pair : header.orElse("").split(",", -1)) {
            String[] words = pair.strip().split(" +", -1);
            if (words.length > 2) {
                return malformed();
            }
            if (values.put(words[0], words.length == 2 ? words[1] : "") != null) {
                return Result.refused(Reason.BAD_REQUEST, Tus.METADATA + " has the key " + words[0] + " twice");
            }
        }
        if (values.getOrDefault(PATH, "").isEmpty()) {
            return Result.refused(
                    Reason.BAD_REQUEST,
                    Tus.METADATA + " must name the record: path and, behind a space, its path in Base64");
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(values.get(PATH)));
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            return text.isEmpty() ? Result.refused(Reason.BAD_REQUEST, "the path is empty") : RecordPath.parse(text);
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return malformed();
        }
    }

    private static <T> Result<T> malformed() {
        return Result.refused(
                Reason.BAD_REQUEST, Tus.METADATA + " is a list of keys, each with a value in Base64 of UTF-8");
    }
}
