package io.datahub.cluster.transfer;

import io.datahub.api.Home;
import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.cluster.Blobs;
import io.datahub.api.cluster.ClusterImport;
import io.datahub.api.cluster.HomeArchive;
import io.datahub.api.cluster.HomeArchive.Stored;
import io.datahub.api.cluster.HomeArchives;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.LedgerTransfer;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Imports a home: first the bytes of a page of records, under keys that depend on the home, path and version, so that an
 * import that goes on finds them; then the page itself; then directories and journal. It stays while the ledger is being
 * filled, other than what serves clients.
 */
@Component
public final class HomeImporter implements ClusterImport {

    private static final Logger LOG = LoggerFactory.getLogger(HomeImporter.class);

    private static final int PAGE = 500;
    private static final int UPLOADS = 8;
    private static final int KEY_DIGITS = 32;

    private final LedgerTransfer transfer;
    private final Blobs blobs;
    private final HomeArchives archives;
    private final Home home;
    private final AtomicBoolean isRunning = new AtomicBoolean();

    @Activate
    public HomeImporter(
            @Reference LedgerTransfer transfer,
            @Reference Blobs blobs,
            @Reference HomeArchives archives,
            @Reference Home home) {
        this.home = home;
        this.transfer = transfer;
        this.blobs = blobs;
        this.archives = archives;
    }

    @Override
    public Result<Progress> run(Path from, Consumer<Progress> progress) throws IOException {
        if (!isRunning.compareAndSet(false, true)) {
            return Result.refused(Reason.CONFLICT, "this hub is importing already");
        }
        ExecutorService uploads = Executors.newFixedThreadPool(UPLOADS, task -> new Thread(task, "datahub-import"));
        try (HomeArchive archive = archives.open(from)) {
            boolean isResumed = transfer.progress().epoch().isPresent();
            Result<LedgerTransfer.Progress> begun = transfer.begin(archive.epoch());
            if (begun.isRefused()) {
                return Result.refused(begun.refusal().orElseThrow());
            }
            LOG.info(
                    "event=cluster.import.began home={} epoch={} resumed={}",
                    LogText.quoted(from),
                    archive.epoch(),
                    isResumed);
            return new Run(from, archive, isResumed, uploads, progress).importAll();
        } catch (IOException | RuntimeException e) {
            LOG.error("event=cluster.import.failed home={} reason={}", LogText.quoted(from), LogText.quoted(e), e);
            throw new TransferException("the import of " + from, e);
        } finally {
            uploads.shutdownNow();
            isRunning.set(false);
        }
    }

    /** One import. */
    private final class Run {

        private final Path from;
        private final HomeArchive archive;
        private final boolean isResumed;
        private final ExecutorService uploads;
        private final Consumer<Progress> told;
        private final long ofRecords;
        private final long ofEntries;
        private long records;
        private long entries;

        Run(Path from, HomeArchive archive, boolean isResumed, ExecutorService uploads, Consumer<Progress> told)
                throws IOException {
            this.from = from;
            this.archive = archive;
            this.isResumed = isResumed;
            this.uploads = uploads;
            this.told = told;
            ofRecords = archive.count();
            ofEntries = archive.newest() - archive.oldest();
        }

        Result<Progress> importAll() throws IOException {
            importRecords();
            List<LedgerDirectory> directories = archive.directories();
            for (int from = 0; from < directories.size(); from += PAGE) {
                transfer.addDirectories(directories.subList(from, Math.min(directories.size(), from + PAGE)));
            }
            importEntries();
            FirstToken.copy(from, home.root()); // not after what can't be repeated
            Result<LedgerTransfer.Progress> finished =
                    transfer.finish(archive.oldest(), archive.newest(), archive.hasKept());
            if (finished.isRefused()) {
                return Result.refused(finished.refusal().orElseThrow());
            }
            if (finished.get().records() != ofRecords || finished.get().entries() != ofEntries) {
                return Result.refused(
                        Reason.CONFLICT,
                        "the ledger has " + finished.get().records() + " records and "
                                + finished.get().entries() + " entries, but the home has " + ofRecords + " and "
                                + ofEntries + "; empty the database, and import again");
            }
            LOG.info("event=cluster.import.finished records={} entries={}", records, entries);
            return Result.done(progress());
        }

        private Progress progress() {
            return new Progress(records, ofRecords, entries, ofEntries);
        }

        private void importRecords() throws IOException {
            for (RecordPath after = RecordPath.ROOT; after != null; ) {
                List<Stored> page = archive.records(after, PAGE);
                transfer.addRecords(store(page));
                records += page.size();
                told.accept(progress());
                after = page.size() < PAGE
                        ? null
                        : page.get(page.size() - 1).version().path();
            }
        }

        private void importEntries() throws IOException {
            for (long after = archive.oldest(); after < archive.newest(); ) {
                List<LedgerEntry> page = archive.entries(after, PAGE);
                if (page.isEmpty()) {
                    throw new IOException("the home's journal has no entry after " + after + ", although it goes to "
                            + archive.newest());
                }
                transfer.addEntries(page);
                entries += page.size();
                after = page.get(page.size() - 1).number();
                told.accept(progress());
            }
        }

        /** Stores the bytes of some records, several at a time. */
        private List<LedgerRecord> store(List<Stored> page) throws IOException {
            List<Future<LedgerRecord>> stored = new ArrayList<>();
            page.forEach(each -> stored.add(uploads.submit(() -> store(each))));
            List<LedgerRecord> done = new ArrayList<>();
            try {
                for (Future<LedgerRecord> each : stored) {
                    done.add(each.get());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("the import was interrupted; begin it again to go on");
            } catch (ExecutionException e) {
                throw new IOException(e.getCause().getMessage(), e.getCause());
            }
            return done;
        }

        private LedgerRecord store(Stored record) throws IOException {
            RecordVersion version = record.version();
            String etag = version.etag().orElseThrow();
            String sha256 = hash(version);
            String key = Sha256.hex(archive.epoch() + "\n" + version.path() + "\n" + etag)
                    .substring(0, KEY_DIGITS);
            if (!isResumed || !blobs.size(key).equals(OptionalLong.of(version.size()))) {
                blobs.put(key, new Content(archive, version, sha256));
            }
            return new LedgerRecord(
                    version.path(),
                    etag,
                    version.size(),
                    sha256,
                    key,
                    record.user(),
                    version.modified(),
                    version.clientModified(),
                    0);
        }

        /** The SHA-256 of a record's bytes, which must be those that the hub has seen. */
        private String hash(RecordVersion version) throws IOException {
            MessageDigest digest = Sha256.digest();
            long size = 0;
            try (InputStream in = archive.open(version.path(), 0)) {
                byte[] buffer = new byte[1 << 16];
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    digest.update(buffer, 0, count);
                    size += count;
                }
            }
            String sha256 = HexFormat.of().formatHex(digest.digest());
            if (size != version.size()
                    || version.sha256().filter(known -> !known.equals(sha256)).isPresent()) {
                throw new IOException(
                        version.path() + " was changed while its hub was stopped; start the hub on its home"
                                + " once, so that it takes the change up, stop it, and import again");
            }
            return sha256;
        }
    }

    /** The bytes of a record. */
    private record Content(HomeArchive archive, RecordVersion version, String hash) implements Blobs.Source {

        @Override
        public long length() {
            return version.size();
        }

        @Override
        public Optional<String> sha256() {
            return Optional.of(hash);
        }

        @Override
        public InputStream open(long from) throws IOException {
            return archive.open(version.path(), from);
        }
    }
}
