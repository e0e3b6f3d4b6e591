package io.datahub.validators.support;

import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.Candidate;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;

/** A candidate in memory. */
public record StagedBytes(RecordPath path, long size, Supplier<InputStream> bytes) implements Candidate {

    public static StagedBytes of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    public static StagedBytes of(byte[] bytes) {
        return new StagedBytes(RecordPath.of("some.xml"), bytes.length, () -> new ByteArrayInputStream(bytes));
    }

    @Override
    public Optional<String> user() {
        return Optional.of("somebody");
    }

    @Override
    public String sha256() {
        return "";
    }

    @Override
    public InputStream open() {
        return bytes.get();
    }

    @Override
    public Optional<InputStream> openPrevious() {
        return Optional.empty();
    }
}
