package io.datahub.store.namespace;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.ValidatorId;
import io.datahub.records.staging.CandidateFile;
import io.datahub.records.staging.StagedFile;
import io.datahub.records.validation.ValidationService;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.metadata.LastGoodCopyEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Validates records for another path. Their files are read in place, without a lock: the result counts only if the
 * states of both paths are the same afterwards.
 */
final class MoveValidation {

    private final StoreContext context;
    private final ValidationService validation;
    private final LastGoodVersions lastGoodVersions;

    MoveValidation(StoreContext context, ValidationService validation, LastGoodVersions lastGoodVersions) {
        this.context = context;
        this.validation = validation;
        this.lastGoodVersions = lastGoodVersions;
    }

    /** Validates all of these; a refusal names the record if there are several. */
    Result<List<MovedRecord>> validate(List<MoveCandidate> candidates, String user) throws IOException {
        List<MovedRecord> records = new ArrayList<>();
        boolean complete = false;
        try {
            for (MoveCandidate each : candidates) {
                Result<MovedRecord> record = validate(each, user);
                if (record.isRefused()) {
                    Refusal refusal = record.refusal().orElseThrow();
                    return Result.refused(candidates.size() == 1 ? refusal : naming(each.source(), refusal));
                }
                records.add(record.get());
            }
            complete = true;
            return Result.done(records);
        } finally {
            if (!complete) {
                discardCopies(records);
            }
        }
    }

    private static Refusal naming(RecordPath path, Refusal refusal) {
        return new Refusal(
                refusal.reason(), path + ": " + refusal.detail(), refusal.violations(), refusal.retryAfter());
    }

    /** Validates a record for the new path, and has a last good copy for it where one is kept. */
    private Result<MovedRecord> validate(MoveCandidate moved, String user) throws IOException {
        RecordPath source = moved.source();
        PathState here = moved.here();
        String indexed = here.entry().orElseThrow().sha256();
        String sha256 = indexed.isEmpty() ? StagedFile.hashOf(context.tree().open(source)) : indexed;
        CandidateFile candidate = new CandidateFile(
                moved.target(),
                user,
                here.onDisk().stat().size(),
                sha256,
                () -> open(source),
                () -> previous(moved.target()));
        Result<List<ValidatorId>> validated =
                validation.validate(candidate, context.settings().get().validatorWait());
        if (validated.isRefused()) {
            return Result.refused(validated.refusal().orElseThrow());
        }
        return Result.done(new MovedRecord(
                source,
                moved.target(),
                here,
                moved.there(),
                sha256,
                validated.get(),
                candidate.wasPreviousOpened(),
                copy(source, here, sha256, validated.get())));
    }

    private InputStream open(RecordPath path) throws IOException {
        return Channels.newInputStream(context.tree().open(path));
    }

    private Optional<InputStream> previous(RecordPath path) throws IOException {
        return context.tree().lookUp(path).isFile() ? Optional.of(open(path)) : Optional.empty();
    }

    /** The copy that the old path has, or else a new one. */
    private Optional<LastGoodCopyEntry> copy(
            RecordPath source, PathState here, String sha256, List<ValidatorId> validators) throws IOException {
        if (validators.isEmpty()) {
            return Optional.empty();
        }
        Optional<LastGoodCopyEntry> present = context.metadata()
                .lastGoodCopy(source)
                .filter(copy -> copy.sha256().equals(sha256));
        return present.isPresent()
                ? present
                : lastGoodVersions.keep(source, here.onDisk().stat().size(), sha256);
    }

    /** Discards the copies that were made for records that weren't moved. */
    void discardCopies(List<MovedRecord> records) throws IOException {
        for (MovedRecord each : records) {
            if (each.copy().isPresent()
                    && !context.metadata().lastGoodCopy(each.source()).equals(each.copy())) {
                lastGoodVersions.discard(each.copy());
            }
        }
    }
}
