package io.datahub.records.staging;

import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.Candidate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Optional;

/** A file as validators see it: a staged one, or one that is already in the tree and is to be moved. */
public final class CandidateFile implements Candidate {

    private final RecordPath path;
    private final String user;
    private final long size;
    private final String sha256;
    private final Content content;
    private final Previous previous;
    private volatile boolean previousOpened;

    /** Opens the bytes to be validated. */
    public interface Content {
        InputStream open() throws IOException;
    }

    /** Opens the version that would be replaced; empty if there is none. */
    public interface Previous {
        Optional<InputStream> open() throws IOException;
    }

    public CandidateFile(RecordPath path, String user, StagedFile file, Previous previous) {
        this(path, user, file.size(), file.sha256(), () -> Files.newInputStream(file.path()), previous);
    }

    public CandidateFile(RecordPath path, String user, long size, String sha256, Content content, Previous previous) {
        this.path = path;
        this.user = user;
        this.size = size;
        this.sha256 = sha256;
        this.content = content;
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
        return size;
    }

    @Override
    public String sha256() {
        return sha256;
    }

    @Override
    public InputStream open() throws IOException {
        return content.open();
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
