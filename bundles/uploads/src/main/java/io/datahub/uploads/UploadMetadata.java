package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Parses {@code Upload-Metadata}: pairs of a key and a Base64 value, separated by commas.
 *
 * @param values the encoded values by key
 */
record UploadMetadata(Map<String, String> values) {

    private static final String PATH = "path";
    private static final String RELATIVE = "relativePath";

    static Result<UploadMetadata> parse(Optional<String> header) {
        Map<String, String> values = new HashMap<>();
        for (String pair : header.orElse("").split(",", -1)) {
            String[] words = pair.strip().split(" +", -1);
            if (words.length > 2) {
                return malformed();
            }
            if (values.put(words[0], words.length == 2 ? words[1] : "") != null) {
                return Result.refused(Reason.BAD_REQUEST, TusHeaders.METADATA + " has the key " + words[0] + " twice");
            }
        }
        return Result.done(new UploadMetadata(values));
    }

    /**
     * The path of the record: {@code path}, or a file in the directory, named as browser upload libraries do, by {@code
     * filename} or {@code name}, at {@code relativePath} if a directory was selected.
     *
     * @param directory the directory of files that have only a name; refused if there is none
     */
    Result<RecordPath> path(Result<RecordPath> directory) {
        if (has(PATH)) {
            return decode(PATH).then(RecordPath::parse);
        }
        String key = has("filename") ? "filename" : "name";
        if (!has(key)) {
            return Result.refused(
                    Reason.BAD_REQUEST,
                    TusHeaders.METADATA
                            + " must name the record: path, a space and its path in Base64; or filename, with"
                            + " ?to=DIR/ at the end of the URL");
        }
        return directory.then(parent -> decode(key).then(name -> {
            if (name.indexOf('/') >= 0) {
                return Result.refused(Reason.BAD_REQUEST, "the " + key + " contains a /; send a whole path as path");
            }
            Result<String> relative = has(RELATIVE) ? decode(RELATIVE) : Result.done("");
            return relative.then(relativePath -> parent.child(
                    relativePath.endsWith("/" + name)
                            ? relativePath.substring(relativePath.startsWith("/") ? 1 : 0)
                            : name));
        }));
    }

    private boolean has(String key) {
        return !values.getOrDefault(key, "").isEmpty();
    }

    private Result<String> decode(String key) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(values.get(key)));
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            return text.isEmpty() ? Result.refused(Reason.BAD_REQUEST, "the " + key + " is empty") : Result.done(text);
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return malformed();
        }
    }

    private static <T> Result<T> malformed() {
        return Result.refused(
                Reason.BAD_REQUEST, TusHeaders.METADATA + " must be a list of keys, each with a Base64 value in UTF-8");
    }
}
