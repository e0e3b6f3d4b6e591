package io.datahub.store.reconcile;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Violation;
import io.datahub.records.staging.CandidateFile;
import io.datahub.records.staging.StagedFile;
import io.datahub.records.validation.ValidationService;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.PathState;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.LastGoodCopyEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A file changed by another program, as examined by {@link ExternalChangeInspector}. */
final class ExternalChange implements AutoCloseable {

    private static final Violation UNTRUSTED = Violation.of(
            "the users file was changed on disk while other users than the hub's own and root could write it; "
                    + "remove that"
                    + " permission from the file and its directory, or upload the file");

    private final RecordPath path;
    private final PathState state;
    private final String sha256;
    private final boolean stable;
    private final boolean trusted;
    private final StagedFile copy;
    private final ValidationService validation;
    private final LastGoodVersions lastGoodVersions;

    /**
     * @param sha256 of its bytes; empty if the file kept changing
     * @param stable whether the file may be processed now
     * @param trusted whether the change comes from a user who may change the file on disk
     * @param copy the bytes to be validated; null if no validator applies
     */
    ExternalChange(
            RecordPath path,
            PathState state,
            String sha256,
            boolean stable,
            boolean trusted,
            StagedFile copy,
            ValidationService validation,
            LastGoodVersions lastGoodVersions) {
        this.path = path;
        this.state = state;
        this.sha256 = sha256;
        this.stable = stable;
        this.trusted = trusted;
        this.copy = copy;
        this.validation = validation;
        this.lastGoodVersions = lastGoodVersions;
    }

    boolean isStable() {
        return stable;
    }

    /** Whether the hash of its bytes is known. */
    boolean hasHash() {
        return !sha256.isEmpty();
    }

    String sha256() {
        return sha256;
    }

    StagedFile copy() {
        return copy;
    }

    /** Validates the file without waiting for unavailable validators. */
    Result<List<ValidatorId>> validate() throws IOException {
        if (copy == null) {
            return Result.done(List.of());
        }
        if (!trusted) {
            return Result.refused(Refusal.invalid(List.of(UNTRUSTED)));
        }
        return validation.validate(new CandidateFile(path, "", copy, this::previous), Duration.ZERO);
    }

    private Optional<InputStream> previous() throws IOException {
        Optional<IndexEntry> entry = state.entry();
        Optional<Path> lastGood = entry.isPresent() ? lastGoodVersions.find(path, entry.get()) : Optional.empty();
        return lastGood.isPresent() ? Optional.of(Files.newInputStream(lastGood.get())) : Optional.empty();
    }

    /** Keeps a copy for rollback if any validator accepted it. */
    Optional<LastGoodCopyEntry> keepCopy(List<ValidatorId> validators) throws IOException {
        return copy == null || validators.isEmpty() ? Optional.empty() : lastGoodVersions.keep(path, copy);
    }

    void discard(Optional<LastGoodCopyEntry> lastGood) {
        lastGoodVersions.discard(lastGood);
    }

    @Override
    public void close() throws IOException {
        if (copy != null) {
            copy.close();
        }
    }
}
