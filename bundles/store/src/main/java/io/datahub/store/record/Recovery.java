package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import io.datahub.store.disk.Disk;
import io.datahub.store.disk.FileStat;
import io.datahub.store.metadata.LastGoodCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings index and disk together at start, so far as that needs no judgement; the watcher's scan does the rest. */
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");

    private final StoreContext holdings;
    private final Reconciler settlement;
    private final IndexWriter registrar;
    private final Rollback putBack;
    private final LastGoodVersions goods;
    private final UnflushedChanges backlog;

    Recovery(
            StoreContext holdings,
            Reconciler settlement,
            IndexWriter registrar,
            Rollback putBack,
            LastGoodVersions goods,
            UnflushedChanges backlog) {
        this.holdings = holdings;
        this.settlement = settlement;
        this.registrar = registrar;
        this.putBack = putBack;
        this.goods = goods;
        this.backlog = backlog;
    }

    /** Brings them together; says whether the index had to be rebuilt. */
    boolean run() throws IOException {
        try {
            return attempt();
        } catch (IOException e) {
            if (holdings.ledger().failure().isEmpty()) {
                throw e;
            }
            LOG.warn("event=recovery-repeated cause=\"{}\"", e.getMessage());
            return attempt(); // what was found damaged is set aside by now
        }
    }

    @SuppressWarnings("try")
    private boolean attempt() throws IOException {
        boolean rebuilding = holdings.ledger().isRebuilding();
        if (rebuilding) {
            rebuild();
        }
        for (RecordPath path : holdings.ledger().intents()) {
            try (PathLocks.Held held = holdings.locks().hold(path)) {
                settlement.settleByIntent(path, holdings.look(path));
            }
        }
        try (PathLocks.Held held = holdings.locks().hold(RecordPath.USERS)) {
            PathState sight = holdings.look(RecordPath.USERS);
            if (sight.entry().isPresent() && !sight.place().isFile()) {
                putBack.restore(RecordPath.USERS, sight);
            }
        }
        backlog.await();
        return rebuilding;
    }

    /** Enters all files as they lie there, without an event: they aren't new, only the index is. */
    private void rebuild() throws IOException {
        new Scan(holdings, new IgnoredFiles(), new UnreadablePaths(), RecordPath.ROOT, this::enter).run();
        goods.newestUsers().ifPresent(this::enterUsers);
        backlog.await();
        holdings.ledger()
                .submit(transaction -> {
                    transaction.completeRebuild();
                    return RecordPath.ROOT;
                })
                .await();
        LOG.warn("event=index-rebuilt records={}", holdings.ledger().size());
    }

    private void enter(RecordPath path) throws IOException {
        Optional<FileStat> stat = FileStat.of(holdings.tree().resolve(path)).filter(FileStat::isFile);
        if (stat.isPresent()
                && !path.equals(RecordPath.USERS)
                && holdings.ledger().entry(path).isEmpty()) {
            backlog.add(path, registrar.found(path, stat.get(), "", Optional.empty()));
        }
    }

    /** The users file in force is the one that was good last, whatever lies on the disk now. */
    private void enterUsers(Path copy) {
        try {
            Path users = holdings.tree().resolve(RecordPath.USERS);
            String sha256 = StagedFile.hashOf(copy);
            LastGoodCopy good = new LastGoodCopy(copy.getFileName().toString(), Files.size(copy), sha256);
            if (!good.file().contains(sha256.substring(0, 16))) {
                LOG.error("event=copy-damaged path=\"{}\" file={}", RecordPath.USERS, copy);
                return;
            }
            boolean same =
                    Files.isRegularFile(users) && StagedFile.hashOf(users).equals(sha256);
            FileStat stat = FileStat.of(same ? users : copy).orElseThrow();
            backlog.add(RecordPath.USERS, registrar.found(RecordPath.USERS, stat, sha256, Optional.of(good)));
            Disk.flushDirectory(holdings.tree().root());
        } catch (IOException e) {
            LOG.error("event=users-not-rebuilt", e);
        }
    }
}
