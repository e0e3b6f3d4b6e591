package io.datahub.store.record;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import io.datahub.api.validation.JudgedBy;
import io.datahub.api.validation.Violation;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.LastGoodCopy;
import io.datahub.store.validation.ValidationService;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What came out about a file that was changed outside the hub. */
final class ExternalChange implements AutoCloseable {

    private static final Violation UNTRUSTED = Violation.of(
            "the users file was changed on disk while others than the hub's own user and root could write it; take that"
                    + " permission away from the file and its directory, or upload the file");

    private final RecordPath path;
    private final PathState sight;
    private final String sha256;
    private final boolean steady;
    private final boolean trusted;
    private final StagedFile copy;
    private final ValidationService judgement;
    private final LastGoodVersions goods;

    /**
     * @param sha256 of its bytes; empty if it went on changing
     * @param steady whether what was seen can count
     * @param trusted whether it comes from somebody who may change it on disk
     * @param copy the bytes for the judgement; null if nobody judges it
     */
    ExternalChange(
            RecordPath path,
            PathState sight,
            String sha256,
            boolean steady,
            boolean trusted,
            StagedFile copy,
            ValidationService judgement,
            LastGoodVersions goods) {
        this.path = path;
        this.sight = sight;
        this.sha256 = sha256;
        this.steady = steady;
        this.trusted = trusted;
        this.copy = copy;
        this.judgement = judgement;
        this.goods = goods;
    }

    boolean isSteady() {
        return steady;
    }

    /** Whether it is known what its bytes are. */
    boolean isKnown() {
        return !sha256.isEmpty();
    }

    String sha256() {
        return sha256;
    }

    StagedFile copy() {
        return copy;
    }

    /** Has it judged, without waiting for validators that are away. */
    Result<List<JudgedBy>> judge() throws IOException {
        if (copy == null) {
            return Result.done(List.of());
        }
        if (!trusted) {
            return Result.refused(Refusal.invalid(List.of(UNTRUSTED)));
        }
        return judgement.validate(new CandidateFile(path, "", copy, this::previous), Duration.ZERO);
    }

    private Optional<InputStream> previous() throws IOException {
        Optional<IndexEntry> entry = sight.entry();
        Optional<Path> good = entry.isPresent() ? goods.find(path, entry.get()) : Optional.empty();
        return good.isPresent() ? Optional.of(Files.newInputStream(good.get())) : Optional.empty();
    }

    /** Keeps a copy of it for putting it back, if anybody judged it. */
    Optional<LastGoodCopy> keepGood(List<JudgedBy> validators) throws IOException {
        return copy == null || validators.isEmpty() ? Optional.empty() : goods.keep(path, copy);
    }

    void discard(Optional<LastGoodCopy> good) {
        goods.discard(good);
    }

    @Override
    public void close() throws IOException {
        if (copy != null) {
            copy.close();
        }
    }
}
