package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Draft;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.ValidatorId;
import io.datahub.test.memory.MemoryDraft;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Records in memory. All may be written but {@code closed}; a validator refuses those that contain "wrong". */
final class TestRecords {

    final Map<String, byte[]> records = new ConcurrentHashMap<>();

    Result<Draft> begin(WriteRequest request) {
        boolean isAllowed = !request.path().toString().equals("closed")
                && request.precondition().holds(Optional.empty());
        return isAllowed ? Result.done(new Writing(request)) : Result.refused(Reason.FORBIDDEN, "no grant");
    }

    private final class Writing extends MemoryDraft {
        private final WriteRequest request;

        Writing(WriteRequest request) {
            super(request, Optional.empty(), new byte[0]);
            this.request = request;
        }

        @Override
        public Result<List<ValidatorId>> validate() {
            return new String(bytes(), StandardCharsets.UTF_8).contains("wrong")
                    ? Result.refused(Reason.INVALID, "it is wrong")
                    : Result.done(List.of(new ValidatorId("words", "1.0.0")));
        }

        @Override
        public Result<Change> commit() {
            return validate().then(validators -> {
                records.put(request.path().toString(), bytes());
                RecordVersion version = new RecordVersion(
                        request.path(),
                        size(),
                        Instant.EPOCH,
                        Optional.of("\"v1\""),
                        Optional.of(hash("SHA-256", bytes())));
                return Result.done(new Change(
                        Change.Type.CREATED,
                        new Cursor("e", 7),
                        Instant.EPOCH,
                        version,
                        Optional.of("ops"),
                        validators,
                        "/files/" + version.path(),
                        "{}"));
            });
        }
    }

    static String hash(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
