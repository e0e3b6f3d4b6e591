package io.datahub.store.reconcile;

import io.datahub.api.file.FileFlush;
import io.datahub.api.file.FileStat;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.records.staging.StagedFile;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.PathLocks;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.metadata.LastGoodCopyEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reconciles index and disk at start as far as that needs no validation; the watcher's scan does the rest. */
public final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final StoreContext context;
    private final IntentRecovery intents;
    private final IndexWriter indexWriter;
    private final Rollback rollback;
    private final LastGoodVersions lastGoodVersions;
    private final UnflushedChanges unflushed;

    public Recovery(
            StoreContext context,
            IntentRecovery intents,
            IndexWriter indexWriter,
            Rollback rollback,
            LastGoodVersions lastGoodVersions,
            UnflushedChanges unflushed) {
        this.context = context;
        this.intents = intents;
        this.indexWriter = indexWriter;
        this.rollback = rollback;
        this.lastGoodVersions = lastGoodVersions;
        this.unflushed = unflushed;
    }

    /** Runs the recovery; returns whether the index had to be rebuilt. */
    public boolean run() throws IOException {
        try {
            return attempt();
        } catch (IOException e) {
            if (context.metadata().failure().isEmpty()) {
                throw e;
            }
            LOG.warn("event=store.recovery.repeated reason={}", LogText.quoted(e.getMessage()));
            return attempt(); // what was found corrupt has been set aside by now
        }
    }

    @SuppressWarnings("try")
    private boolean attempt() throws IOException {
        boolean rebuilding = context.metadata().isRebuilding();
        if (rebuilding) {
            rebuild();
        }
        for (RecordPath path : context.metadata().intents()) {
            try (PathLocks.Held held = intents.hold(path)) {
                intents.apply(path, context.lookUp(path));
            }
        }
        try (PathLocks.Held held = context.locks().hold(RecordPath.USERS)) {
            PathState state = context.lookUp(RecordPath.USERS);
            if (state.entry().isPresent() && !state.onDisk().isFile()) {
                rollback.restore(RecordPath.USERS, state);
            }
        }
        unflushed.await();
        return rebuilding;
    }

    /** Adds all existing files to the index, without events: the files aren't new, only the index is. */
    private void rebuild() throws IOException {
        new Scan(context, new UnsupportedFiles(), new UnreadablePaths(), RecordPath.ROOT, this::index).run();
        lastGoodVersions.newestUsers().ifPresent(this::indexUsersFile);
        unflushed.await();
        context.metadata()
                .submit(transaction -> {
                    transaction.completeRebuild();
                    return RecordPath.ROOT;
                })
                .await();
        LOG.warn("event=store.index.rebuilt records={}", context.metadata().size());
    }

    private void index(RecordPath path) throws IOException {
        Optional<FileStat> stat = FileStat.of(context.tree().resolve(path)).filter(FileStat::isFile);
        if (stat.isPresent()
                && !path.equals(RecordPath.USERS)
                && context.metadata().entry(path).isEmpty()) {
            unflushed.add(path, indexWriter.existing(path, stat.get(), "", Optional.empty()));
        }
    }

    /** The active users file is the last valid one, whatever is on disk now. */
    private void indexUsersFile(Path copy) {
        try {
            Path users = context.tree().resolve(RecordPath.USERS);
            String sha256 = StagedFile.hashOf(copy);
            LastGoodCopyEntry lastGood =
                    new LastGoodCopyEntry(copy.getFileName().toString(), Files.size(copy), sha256);
            if (!lastGood.file().contains(sha256.substring(0, 16))) {
                LOG.error(
                        "event=store.last-good-copy.corrupt path={} file={}",
                        LogText.quoted(RecordPath.USERS),
                        LogText.quoted(copy));
                return;
            }
            boolean same =
                    Files.isRegularFile(users) && StagedFile.hashOf(users).equals(sha256);
            FileStat stat = FileStat.of(same ? users : copy).orElseThrow();
            unflushed.add(
                    RecordPath.USERS, indexWriter.existing(RecordPath.USERS, stat, sha256, Optional.of(lastGood)));
            FileFlush.directory(context.tree().root());
        } catch (IOException e) {
            LOG.error("event=store.users-file.rebuild-failed", e);
        }
    }
}
