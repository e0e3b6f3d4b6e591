package io.datahub.console.validation;

import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import io.datahub.api.validation.Candidate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.Optional;

/** An existing record, presented to a validator as if it were uploaded now, by no particular user. */
record StoredCandidate(RecordStore store, RecordVersion version) implements Candidate {

    @Override
    public RecordPath path() {
        return version.path();
    }

    @Override
    public Optional<String> user() {
        return Optional.empty();
    }

    @Override
    public long size() {
        return version.size();
    }

    @Override
    public String sha256() {
        return version.sha256().orElseGet(this::digest);
    }

    private String digest() {
        try (InputStream in = open()) {
            return Sha256.hex(Channels.newChannel(in));
        } catch (IOException e) {
            throw new IllegalStateException("the record " + path() + " can't be read: " + e.getMessage(), e);
        }
    }

    @Override
    public InputStream open() throws IOException {
        Result<Reading> reading = store.open(User.HUB, path());
        if (reading.isRefused()) {
            throw new IOException(reading.refusal().orElseThrow().detail());
        }
        return reading.get().stream();
    }

    @Override
    public Optional<InputStream> openPrevious() throws IOException {
        return Optional.of(open());
    }
}
