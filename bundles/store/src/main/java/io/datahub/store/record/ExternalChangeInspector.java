package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import io.datahub.store.disk.FileStat;
import io.datahub.store.validation.ValidationService;
import io.datahub.store.validation.ValidatorRegistry;
import java.io.IOException;

/** Examines files that were changed outside the hub. What is to be judged is copied first, so that it holds still. */
final class ExternalChangeInspector {

    private final StoreContext holdings;
    private final ValidatorRegistry bench;
    private final ValidationService judgement;
    private final LastGoodVersions goods;
    private final int hub;

    ExternalChangeInspector(
            StoreContext holdings, ValidatorRegistry bench, ValidationService judgement, LastGoodVersions goods)
            throws IOException {
        this.holdings = holdings;
        this.bench = bench;
        this.judgement = judgement;
        this.goods = goods;
        try (StagedFile probe = new StagedFile(holdings.staging().newFile(), java.util.List.of())) {
            hub = FileStat.of(probe.path()).map(FileStat::owner).orElse(-1);
        }
    }

    /**
     * Examines the file that was seen.
     *
     * @param forced whether it counts even if it goes on changing, as long as nobody has to judge it
     */
    ExternalChange examine(RecordPath path, PathState sight, boolean forced) throws IOException {
        boolean concerned = path.equals(RecordPath.USERS) || bench.appliesTo(path);
        StagedFile copy = concerned
                ? StagedFile.copyOf(
                        holdings.tree().open(path), holdings.staging().newFile())
                : null;
        try {
            String sha256 = concerned
                    ? copy.sha256()
                    : StagedFile.hashOf(holdings.tree().open(path));
            // What nobody judges is looked at again anyway when it is entered.
            boolean same = (!concerned && !forced) || holdings.isUntouched(path, sight);
            boolean trusted = !path.equals(RecordPath.USERS)
                    || UsersFile.isTrusted(holdings.tree(), sight.place().stat(), hub);
            return new ExternalChange(
                    path, sight, same ? sha256 : "", same || (forced && !concerned), trusted, copy, judgement, goods);
        } catch (IOException | RuntimeException e) {
            if (copy != null) {
                copy.close();
            }
            throw e;
        }
    }
}
