package io.datahub.cluster.transfer;

import io.datahub.api.Home;
import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.cluster.Blobs;
import io.datahub.api.cluster.ClusterExport;
import io.datahub.api.cluster.ClusterImport.Progress;
import io.datahub.api.cluster.HomeArchive.Stored;
import io.datahub.api.cluster.HomeArchives;
import io.datahub.api.cluster.HomeTarget;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerJournal;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exports what the ledger and the blobs have, but for kept events. That nothing was written meanwhile is seen by the
 * journal's end. If there are kept events, the exported journal has another epoch and numbers without gaps: whoever has a
 * cursor from before is told that something is missing.
 */
@Component
public final class HomeExporter implements ClusterExport {

    private static final Logger LOG = LoggerFactory.getLogger(HomeExporter.class);

    private static final int PAGE = 500;

    /** The number of different endings of epochs that begin in one second. */
    private static final long EPOCHS = 1L << 30;

    private final SharedLedger ledger;
    private final Blobs blobs;
    private final HomeArchives archives;
    private final Home hub;
    private final AtomicBoolean isRunning = new AtomicBoolean();

    @Activate
    public HomeExporter(
            @Reference SharedLedger ledger,
            @Reference Blobs blobs,
            @Reference HomeArchives archives,
            @Reference Home hub) {
        this.hub = hub;
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
            boolean hasKept = !ledger.events().rules().isEmpty();
            while (true) {
                Attempt attempt = new Attempt(home, progress, hasKept);
                Optional<Result<Progress>> result = attempt.run();
                if (result.isPresent()) {
                    return result.get();
                }
                hasKept |= attempt.hasGap;
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("event=cluster.export.failed home={} reason={}", LogText.quoted(home), LogText.quoted(e), e);
            throw new TransferException("the export into " + home, e);
        } finally {
            isRunning.set(false);
        }
    }

    /** One attempt. */
    private final class Attempt {

        private final Path home;
        private final Consumer<Progress> progress;
        private final boolean isRenumbered;
        private final long ofRecords;
        private boolean hasGap;
        private long entries;

        /** @param isRenumbered whether the journal gets another epoch */
        Attempt(Path home, Consumer<Progress> progress, boolean isRenumbered) throws IOException {
            this.home = home;
            this.progress = progress;
            this.isRenumbered = isRenumbered;
            ofRecords = ledger.records().count();
        }

        /**
         * Exports. The journal comes first, since its oldest entries are trimmed from time to time.
         *
         * @return the outcome; empty if entries were trimmed before they were read, or have a gap and aren't renumbered
         */
        Optional<Result<Progress>> run() throws IOException {
            LedgerJournal.Head head = ledger.journal().head();
            String epoch = isRenumbered ? newEpoch() : ledger.epoch();
            try (HomeTarget target = archives.create(home, epoch, head.oldest())) {
                if (!writeEntries(target, head)) {
                    return Optional.empty();
                }
                long records = writeRecords(target);
                writeDirectories(target);
                if (ledger.journal().head().newest() != head.newest()) {
                    return Optional.of(Result.refused(
                            Reason.CONFLICT,
                            "something was written to the cluster meanwhile; keep clients away and stop the other hubs,"
                                    + " and export again: what is there isn't fetched again"));
                }
                FirstToken.copy(hub.root(), home); // not after what can't be repeated
                target.finish();
                LOG.info("event=cluster.export.finished epoch={} records={} entries={}", epoch, records, entries);
                return Optional.of(Result.done(new Progress(records, records, entries, entries)));
            }
        }

        /** Returns false if some were trimmed before they were read, or if they have an unexpected gap. */
        private boolean writeEntries(HomeTarget target, LedgerJournal.Head head) throws IOException {
            for (long after = head.oldest(); after < head.newest(); ) {
                LedgerJournal.Page page = ledger.journal().read(after, head.newest(), "", PAGE);
                if (page.head().oldest() > after) {
                    return false;
                }
                if (page.next() <= after) {
                    throw new IOException("the ledger's journal has no entry after " + after);
                }
                hasGap |= page.entries().size() < page.next() - after;
                if (hasGap && !isRenumbered) {
                    return false;
                }
                List<LedgerEntry> numbered = new ArrayList<>();
                for (LedgerEntry entry : page.entries()) {
                    entries++;
                    numbered.add(isRenumbered ? numbered(entry, head.oldest() + entries) : entry);
                }
                target.addEntries(numbered);
                after = page.next();
                progress.accept(new Progress(0, ofRecords, entries, entries + head.newest() - after));
            }
            return true;
        }

        private long writeRecords(HomeTarget target) throws IOException {
            long records = 0;
            for (RecordPath after = RecordPath.ROOT; after != null; ) {
                List<LedgerRecord> page = ledger.records().recordsBelow(RecordPath.ROOT, after, PAGE);
                for (LedgerRecord record : page) {
                    target.write(
                            new Stored(record.version(), record.user()),
                            () -> blobs.open(record.blob(), 0, record.size()));
                    records++;
                }
                progress.accept(new Progress(records, ofRecords, entries, entries));
                after = page.size() < PAGE ? null : page.get(page.size() - 1).path();
            }
            return records;
        }
    }

    private static LedgerEntry numbered(LedgerEntry entry, long number) {
        return new LedgerEntry(
                number,
                entry.time(),
                entry.type(),
                entry.version(),
                entry.user(),
                entry.validators(),
                entry.violations());
    }

    private static String newEpoch() {
        return Long.toString(Instant.now().getEpochSecond(), 36)
                + Long.toString(ThreadLocalRandom.current().nextLong(EPOCHS), 36);
    }

    private void writeDirectories(HomeTarget target) throws IOException {
        for (RecordPath after = RecordPath.ROOT; after != null; ) {
            List<LedgerDirectory> page = ledger.records().directoriesBelow(RecordPath.ROOT, after, PAGE);
            for (LedgerDirectory directory : page) {
                if (directory.made()) {
                    target.makeDirectory(directory.path());
                }
            }
            after = page.size() < PAGE ? null : page.get(page.size() - 1).path();
        }
    }
}
