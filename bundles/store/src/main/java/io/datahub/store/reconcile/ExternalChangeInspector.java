package io.datahub.store.reconcile;

import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import io.datahub.records.staging.StagedFile;
import io.datahub.records.validation.ValidationService;
import io.datahub.records.validation.ValidatorRegistry;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.core.UsersFile;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * Examines files that were changed by other programs. A file that has to be validated is copied first, so that it can't
 * change during validation.
 */
public final class ExternalChangeInspector {

    private final StoreContext context;
    private final ValidatorRegistry validators;
    private final ValidationService validation;
    private final LastGoodVersions lastGoodVersions;
    private final int hub;

    public ExternalChangeInspector(
            StoreContext context,
            ValidatorRegistry validators,
            ValidationService validation,
            LastGoodVersions lastGoodVersions)
            throws IOException {
        this.context = context;
        this.validators = validators;
        this.validation = validation;
        this.lastGoodVersions = lastGoodVersions;
        try (StagedFile probe = new StagedFile(context.staging().newFile(), java.util.List.of())) {
            hub = FileStat.of(probe.path()).map(FileStat::owner).orElse(-1);
        }
    }

    /**
     * Examines the file described by {@code state}.
     *
     * @param forced whether the file is accepted even if it keeps changing, provided that no validator applies
     */
    ExternalChange examine(RecordPath path, PathState state, boolean forced) throws IOException {
        boolean validate = path.equals(RecordPath.USERS) || validators.appliesTo(path);
        StagedFile copy = validate
                ? StagedFile.copyOf(open(path, state), context.staging().newFile())
                : null;
        try {
            String sha256 = validate ? copy.sha256() : StagedFile.hashOf(open(path, state));
            // A file that needs no validation is checked again anyway when the index is updated.
            boolean same = (!validate && !forced) || context.isUnchangedOnDisk(path, state);
            boolean trusted = !path.equals(RecordPath.USERS)
                    || UsersFile.isTrusted(context.tree(), state.onDisk().stat(), hub);
            return new ExternalChange(
                    path,
                    state,
                    same ? sha256 : "",
                    same || (forced && !validate),
                    trusted,
                    copy,
                    validation,
                    lastGoodVersions);
        } catch (IOException | RuntimeException e) {
            if (copy != null) {
                copy.close();
            }
            throw e;
        }
    }

    /**
     * Opens the file. One that was changed in place may be mapped into the memory of its program: the kernel updates the
     * modification time with the first change of a page that isn't waiting to be written to disk, so the pages are
     * written now, and each change after this shows.
     */
    private FileChannel open(RecordPath path, PathState state) throws IOException {
        FileChannel file = context.tree().open(path);
        if (state.isChangedInPlace()) {
            try {
                file.force(false);
            } catch (IOException | RuntimeException | Error e) {
                file.close();
                throw e;
            }
        }
        return file;
    }
}
