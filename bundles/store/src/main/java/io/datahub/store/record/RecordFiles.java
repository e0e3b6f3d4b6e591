package io.datahub.store.record;

import io.datahub.api.Home;
import io.datahub.api.Result;
import io.datahub.api.health.Health;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.record.Change;
import io.datahub.api.record.Listing;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.ResumableUploads;
import io.datahub.api.record.Snapshots;
import io.datahub.api.record.Upload;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.disk.Disk;
import io.datahub.store.disk.SpareFile;
import io.datahub.store.disk.Staging;
import io.datahub.store.disk.Tree;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.validation.ValidationService;
import io.datahub.store.validation.ValidatorRegistry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records as files below the home. */
public final class RecordFiles implements RecordStore, Snapshots, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");

    private final StoreContext holdings;
    private final Uploads uploads;
    private final Deleter removal;
    private final RecordReader reads;
    private final DirectoryLister directories;
    private final Reconciler settlement;
    private final Recovery recovery;
    private final FreeSpaceCheck room;
    private final RejectedFiles rejected;
    private final Postponed postponed = new Postponed();
    private final UnflushedChanges backlog = new UnflushedChanges(postponed::add);
    private final SpareFile spare;
    private final DiskSnapshots snapshots;
    private final IgnoredFiles strangers = new IgnoredFiles();
    private final UnreadablePaths unreadable = new UnreadablePaths();

    /** Is told of paths that a reader found changed: who had everything checked last. */
    private volatile Consumer<RecordPath> suspicious = path -> {};

    private final ResumableUploadStore partials;
    private final Retention retention;

    /**
     * Takes the records over and finishes what a killed hub left unfinished.
     *
     * @param temporary names of files from outside that are no records until renamed
     * @throws IOException if the disk can't be read or written
     */
    public RecordFiles(
            Home home,
            MetadataStore ledger,
            ValidatorRegistry bench,
            ValidationService judgement,
            Supplier<Settings> settings,
            Supplier<TemporaryNames> temporary)
            throws IOException {
        this(home, ledger, bench, judgement, settings, temporary, FailPoints.NONE);
    }

    RecordFiles(
            Home home,
            MetadataStore ledger,
            ValidatorRegistry bench,
            ValidationService judgement,
            Supplier<Settings> settings,
            Supplier<TemporaryNames> temporary,
            FailPoints steps)
            throws IOException {
        Staging staging = new Staging(home.state(), home.files());
        Tree tree = new Tree(home.files());
        holdings = new StoreContext(
                tree, ledger, staging, steps, path -> temporary.get().contain(path), path -> suspicious.accept(path));
        spare = new SpareFile(home.state().resolve(SpareFile.NAME));
        ledger.onFull(spare::release);
        room = new FreeSpaceCheck(List.of(home.files(), home.state()), settings);
        snapshots = new DiskSnapshots(home, holdings);
        WriteGuard gate = new WriteGuard(tree);
        IndexWriter registrar = new IndexWriter(ledger);
        LastGoodVersions goods = new LastGoodVersions(home.state().resolve("good"), ledger, staging, settings);
        rejected = new RejectedFiles(home.state().resolve("rejected"), settings);
        Commit commit = new Commit(holdings, gate, registrar, goods, new ServedLinks(home.served()));
        Quotas quotas = new Quotas(ledger, settings);
        uploads = new Uploads(
                holdings, gate, room, spare, judgement, goods, commit, quotas, new UploadLimiter(settings), settings);
        removal = new Deleter(holdings, gate, registrar, goods, postponed::add);
        retention = new Retention(ledger, removal, settings);
        reads = new RecordReader(holdings, goods, new VersionMatcher(holdings, registrar));
        directories = new DirectoryLister(holdings, new DirectoryNames(System::nanoTime));
        Rollback putBack = new Rollback(holdings, registrar, goods, rejected, backlog);
        ExternalChangeInspector outsiders = new ExternalChangeInspector(holdings, bench, judgement, goods);
        settlement = new Reconciler(holdings, registrar, outsiders, putBack, backlog);
        recovery = new Recovery(holdings, settlement, registrar, putBack, goods, backlog);
        new RootIdentity(tree, ledger).require();
        goods.sweep(recovery.run());
        partials = new ResumableUploadStore(staging.uploads(), ledger, uploads, settings);
        ledger.onReopened(this::recover);
    }

    private void recover() {
        try {
            recovery.run();
        } catch (IOException e) {
            LOG.error("event=recovery-failed", e);
            postponed.add(RecordPath.ROOT);
        }
    }

    @Override
    public Result<Upload> begin(WriteRequest request) throws IOException {
        return IoErrors.told(() -> uploads.begin(request));
    }

    @Override
    public Result<List<Change>> delete(WriteRequest request) throws IOException {
        return IoErrors.told(() -> removal.delete(request));
    }

    @Override
    public Result<List<Change>> deleteTree(WriteRequest request) throws IOException {
        return IoErrors.told(() -> removal.deleteTree(request));
    }

    @Override
    public Result<RecordVersion> find(User user, RecordPath path) throws IOException {
        return IoErrors.told(() -> reads.find(user, path));
    }

    @Override
    public Result<Reading> open(User user, RecordPath path) throws IOException {
        return IoErrors.told(() -> reads.open(user, path));
    }

    @Override
    public Result<Listing> list(User user, RecordPath directory, String after, int limit) throws IOException {
        return IoErrors.told(() -> directories.list(user, directory, after, limit));
    }

    @Override
    public void check(RecordPath path, Duration quiet, Consumer<RecordPath> unsettled) throws IOException {
        if (Tree.isReserved(path)) {
            return;
        }
        try {
            compare(path, quiet, unsettled);
        } catch (InterruptedIOException | Tree.Gone e) {
            throw e;
        } catch (IOException e) {
            postponed.add(path);
            throw e;
        }
    }

    private void compare(RecordPath path, Duration quiet, Consumer<RecordPath> unsettled) throws IOException {
        if (path.isRoot()) {
            holdings.ledger().announcePending();
        }
        if (path.isRoot()) {
            suspicious = unsettled;
            rejected.trim();
        }
        Optional<DirectoryEntry> seen =
                path.isRoot() ? Optional.of(holdings.tree().lookUp(path)) : settle(path, quiet, unsettled);
        if (seen.isEmpty()) {
            return;
        }
        if (seen.get().isDirectory()) {
            new Scan(holdings, strangers, unreadable, path, found -> settle(found, quiet, unsettled)).run();
            backlog.await();
        } else {
            checkFormerDirectory(path, quiet, unsettled);
            backlog.tidy();
        }
    }

    /** Settles a path; empty if it can't be read, which doesn't keep a scan from the others. */
    private Optional<DirectoryEntry> settle(RecordPath path, Duration quiet, Consumer<RecordPath> unsettled)
            throws IOException {
        try {
            DirectoryEntry place = settlement.settle(path, quiet, unsettled);
            if (!place.isDirectory()) {
                unreadable.remove(path);
            }
            return Optional.of(place);
        } catch (IOException e) {
            holdings.tree().requireRoot();
            if (holdings.ledger().failure().isPresent()
                    || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            if (Disk.isFull(e)) {
                postponed.add(path);
            } else {
                unreadable.add(path, e);
            }
            return Optional.empty();
        }
    }

    /** Uploads that come piece by piece. */
    public ResumableUploads resumable() {
        return partials;
    }

    /** Does away with what has had its time; to be called now and then. */
    public void tidy(Instant now) throws IOException {
        partials.expire(now);
        retention.run(now);
        holdings.tree().closeIdle();
        holdings.parents().flushPending();
    }

    /**
     * Makes up for what couldn't be done while the disk failed or was full, if it works again; to be called every second or
     * so. Paths that changed meanwhile are given to who had everything checked last.
     */
    public void makeUp() throws IOException {
        try {
            backlog.tidy();
        } catch (IOException e) {
            LOG.debug("event=change-postponed", e);
        }
        boolean failed = holdings.ledger().failure().isPresent() || !postponed.isEmpty();
        if (failed && room.isThere()) {
            holdings.ledger().submit(transaction -> RecordPath.ROOT).await();
            List<RecordPath> paths = postponed.take();
            LOG.info("event=disk-works-again postponed={}", paths.size());
            paths.forEach(path -> suspicious.accept(path));
        }
        if (!spare.exists() && room.refuse(SpareFile.BYTES).isEmpty()) {
            spare.create();
        }
    }

    /** Lets the disk go. */
    @Override
    public void close() throws IOException {
        holdings.tree().close();
    }

    @Override
    public boolean isTemporary(RecordPath path) {
        return holdings.temporary().test(path);
    }

    /** What lay below a path that is no directory any more is gone. */
    private void checkFormerDirectory(RecordPath path, Duration quiet, Consumer<RecordPath> unsettled)
            throws IOException {
        IndexRange known = new IndexRange(holdings.ledger(), path);
        Optional<RecordPath> below = known.next();
        while (below.isPresent()) {
            settlement.settle(below.get(), quiet, unsettled);
            below = known.next();
        }
    }

    @Override
    public Snapshot take() throws IOException {
        return snapshots.take();
    }

    /** Tells what became of uploads. */
    public void report(MetricReport report) {
        uploads.counts().report(report);
    }

    /** Says whether records can be read and written now. */
    public Health health() {
        Optional<Throwable> failure = holdings.ledger().failure();
        if (failure.isPresent()) {
            return Health.down("the state can't be written: " + failure.get().getMessage());
        }
        try {
            holdings.tree().requireRoot();
            if (room.refuse(0).isPresent()) {
                return Health.down("the disk is full up to the reserve; records can be read but not written");
            }
            return Health.ready("records=" + holdings.ledger().size() + " cursor="
                    + holdings.ledger().head().cursor() + " notRecords=" + strangers.count()
                    + unreadable
                            .example()
                            .map(why -> " unreadable=" + unreadable.count() + " (such as " + why + ")")
                            .orElse(""));
        } catch (IOException e) {
            return Health.down(e.getMessage());
        }
    }
}
