package io.datahub.cluster.transfer;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.cluster.Blobs;
import io.datahub.api.cluster.ClusterExport;
import io.datahub.api.cluster.ClusterImport.Progress;
import io.datahub.api.cluster.HomeArchive.Stored;
import io.datahub.api.cluster.HomeArchives;
import io.datahub.api.cluster.HomeTarget;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerJournal;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Exports what the ledger and the blobs have. That nothing was written meanwhile is seen by the journal's end. */
@Component
public final class HomeExporter implements ClusterExport {

    private static final Logger LOG = LoggerFactory.getLogger(HomeExporter.class);

    private static final int PAGE = 500;

    private final SharedLedger ledger;
    private final Blobs blobs;
    private final HomeArchives archives;
    private final AtomicBoolean isRunning = new AtomicBoolean();

    @Activate
    public HomeExporter(@Reference SharedLedger ledger, @Reference Blobs blobs, @Reference HomeArchives archives) {
        this.ledger = ledger;
        this.blobs = blobs;
        this.archives = archives;
    }

    @Override
    public Result<Progress> run(Path home, Consumer<Progress> progress) throws IOException {
        if (!isRunning.compareAndSet(false, true)) {
            return Result.refused(Reason.CONFLICT, "this hub is exporting already");
        }
        try {
            LOG.info("event=cluster.export.began home={} epoch={}", LogText.quoted(home), ledger.epoch());
            Optional<Result<Progress>> result = Optional.empty();
            while (result.isEmpty()) {
                result = attempt(home, progress);
            }
            return result.get();
        } finally {
            isRunning.set(false);
        }
    }

    /**
     * Exports. The journal comes first, since its oldest entries are trimmed from time to time.
     *
     * @return the outcome; empty if entries were trimmed before they were read
     */
    private Optional<Result<Progress>> attempt(Path home, Consumer<Progress> progress) throws IOException {
        LedgerJournal.Head head = ledger.journal().head();
        try (HomeTarget target = archives.create(home, ledger.epoch(), head.oldest())) {
            if (!writeEntries(target, progress, head)) {
                return Optional.empty();
            }
            long entries = head.newest() - head.oldest();
            long records = writeRecords(target, progress, entries);
            for (RecordPath after = RecordPath.ROOT; after != null; ) {
                List<LedgerDirectory> page = ledger.records().directoriesBelow(RecordPath.ROOT, after, PAGE);
                for (LedgerDirectory directory : page) {
                    if (directory.made()) {
                        target.makeDirectory(directory.path());
                    }
                }
                after = page.size() < PAGE ? null : page.get(page.size() - 1).path();
            }
            if (ledger.journal().head().newest() != head.newest()) {
                return Optional.of(Result.refused(
                        Reason.CONFLICT,
                        "something was written to the cluster meanwhile; keep clients away and stop the other hubs, and"
                                + " export again: what is there isn't fetched again"));
            }
            target.finish();
            LOG.info("event=cluster.export.finished records={} entries={}", records, entries);
            return Optional.of(Result.done(new Progress(records, records, entries, entries)));
        }
    }

    /** Returns false if some were trimmed before they were read. */
    private boolean writeEntries(HomeTarget target, Consumer<Progress> progress, LedgerJournal.Head head)
            throws IOException {
        for (long after = head.oldest(); after < head.newest(); ) {
            LedgerJournal.Page page = ledger.journal().read(after, head.newest(), "", PAGE);
            if (page.head().oldest() > after) {
                return false;
            }
            if (page.next() <= after) {
                throw new IOException("the ledger's journal has no entry after " + after);
            }
            target.addEntries(page.entries());
            after = page.next();
            progress.accept(new Progress(0, 0, after - head.oldest(), head.newest() - head.oldest()));
        }
        return true;
    }

    private long writeRecords(HomeTarget target, Consumer<Progress> progress, long entries) throws IOException {
        long records = 0;
        for (RecordPath after = RecordPath.ROOT; after != null; ) {
            List<LedgerRecord> page = ledger.records().recordsBelow(RecordPath.ROOT, after, PAGE);
            for (LedgerRecord record : page) {
                target.write(
                        new Stored(record.version(), record.user()), () -> blobs.open(record.blob(), 0, record.size()));
                records++;
            }
            progress.accept(new Progress(records, records, entries, entries));
            after = page.size() < PAGE ? null : page.get(page.size() - 1).path();
        }
        return records;
    }
}
