package io.datahub.store.core;

import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.Candidate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Optional;

/** A staged file as validators see it. */
public final class CandidateFile implements Candidate {

    private final RecordPath path;
    private final String user;
    private final StagedFile file;
    private final Previous previous;
    private volatile boolean previousOpened;

    /** Opens the version that would be replaced; empty if there is none. */
    public interface Previous {
        Optional<InputStream> open() throws IOException;
    }

    public CandidateFile(RecordPath path, String user, StagedFile file, Previous previous) {
        this.path = path;
        this.user = user;
        this.file = file;
        this.previous = previous;
    }

    @Override
    public RecordPath path() {
        return path;
    }

    @Override
    public Optional<String> user() {
        return user.isEmpty() ? Optional.empty() : Optional.of(user);
    }

    @Override
    public long size() {
        return file.size();
    }

    @Override
    public String sha256() {
        return file.sha256();
    }

    @Override
    public InputStream open() throws IOException {
        return Files.newInputStream(file.path());
    }

    @Override
    public Optional<InputStream> openPrevious() throws IOException {
        previousOpened = true;
        return previous.open();
    }

    /** Whether a validator opened the version that would be replaced, so that the result may depend on it. */
    public boolean wasPreviousOpened() {
        return previousOpened;
    }
}
