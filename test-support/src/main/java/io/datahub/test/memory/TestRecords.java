package io.datahub.test.memory;

import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Verdict;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

/** Records in memory with known times and entity tags, and a validator that refuses those with the word "wrong". */
public final class TestRecords {

    public static final Instant MODIFIED = Instant.parse("2025-11-23T10:00:00.123Z");

    private TestRecords() {}

    public static MemoryRecordStore create() {
        MemoryRecordStore store = new MemoryRecordStore();
        store.setClock(() -> MODIFIED);
        store.setEtags(number -> "\"v" + number + "\"");
        store.addValidator(new ValidatorId("words", "1.0.0"), "**", candidate -> {
            try (InputStream bytes = candidate.open()) {
                return new String(bytes.readAllBytes(), StandardCharsets.UTF_8).contains("wrong")
                        ? Verdict.refuse("it is wrong")
                        : Verdict.accept();
            }
        });
        return store;
    }

    public static String hash(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
