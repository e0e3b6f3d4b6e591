package io.datahub.store;

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
import io.datahub.store.core.FailPoints;
import io.datahub.store.core.FreeSpaceCheck;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.IoErrors;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.Quotas;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.disk.Disk;
import io.datahub.store.disk.SpareFile;
import io.datahub.store.disk.Staging;
import io.datahub.store.disk.Tree;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.read.DirectoryLister;
import io.datahub.store.read.DirectoryNames;
import io.datahub.store.read.DiskSnapshots;
import io.datahub.store.read.RecordReader;
import io.datahub.store.reconcile.ExternalChangeInspector;
import io.datahub.store.reconcile.IgnoredFiles;
import io.datahub.store.reconcile.IndexRange;
import io.datahub.store.reconcile.Postponed;
import io.datahub.store.reconcile.Reconciler;
import io.datahub.store.reconcile.Recovery;
import io.datahub.store.reconcile.RejectedFiles;
import io.datahub.store.reconcile.Rollback;
import io.datahub.store.reconcile.RootIdentity;
import io.datahub.store.reconcile.Scan;
import io.datahub.store.reconcile.UnflushedChanges;
import io.datahub.store.reconcile.UnreadablePaths;
import io.datahub.store.reconcile.VersionMatcher;
import io.datahub.store.settings.Settings;
import io.datahub.store.settings.TemporaryNames;
import io.datahub.store.validation.ValidationService;
import io.datahub.store.validation.ValidatorRegistry;
import io.datahub.store.write.Commit;
import io.datahub.store.write.Deleter;
import io.datahub.store.write.ResumableUploadStore;
import io.datahub.store.write.Retention;
import io.datahub.store.write.ServedLinks;
import io.datahub.store.write.UploadLimiter;
import io.datahub.store.write.Uploads;
import io.datahub.store.write.WriteGuard;
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

/** The record store, which keeps records as files below the home folder. */
public final class RecordFiles implements RecordStore, Snapshots, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");

    private final StoreContext context;
    private final Uploads uploads;
    private final Deleter deleter;
    private final RecordReader reader;
    private final DirectoryLister lister;
    private final Reconciler reconciler;
    private final Recovery recovery;
    private final FreeSpaceCheck freeSpace;
    private final RejectedFiles rejectedFiles;
    private final Postponed postponed = new Postponed();
    private final UnflushedChanges unflushed = new UnflushedChanges(postponed::add);
    private final SpareFile spare;
    private final DiskSnapshots snapshots;
    private final IgnoredFiles ignored = new IgnoredFiles();
    private final UnreadablePaths unreadable = new UnreadablePaths();

    /** Called with paths that a reader found changed: the callback of the last check of the root. */
    private volatile Consumer<RecordPath> onMismatch = path -> {};

    private final ResumableUploadStore resumableUploads;
    private final Retention retention;

    /**
     * Opens the store and recovers from a crash.
     *
     * @param temporary names of files of other programs that are no records until renamed
     * @throws IOException if the disk can't be read or written
     */
    public RecordFiles(
            Home home,
            MetadataStore metadata,
            ValidatorRegistry validators,
            ValidationService validation,
            Supplier<Settings> settings,
            Supplier<TemporaryNames> temporary)
            throws IOException {
        this(home, metadata, validators, validation, settings, temporary, FailPoints.NONE);
    }

    RecordFiles(
            Home home,
            MetadataStore metadata,
            ValidatorRegistry validators,
            ValidationService validation,
            Supplier<Settings> settings,
            Supplier<TemporaryNames> temporary,
            FailPoints failPoints)
            throws IOException {
        Staging staging = new Staging(home.state(), home.files());
        Tree tree = new Tree(home.files());
        context = new StoreContext(
                tree,
                metadata,
                staging,
                failPoints,
                path -> temporary.get().contain(path),
                path -> onMismatch.accept(path));
        spare = new SpareFile(home.state().resolve(SpareFile.NAME));
        metadata.onFull(spare::release);
        freeSpace = new FreeSpaceCheck(List.of(home.files(), home.state()), settings);
        snapshots = new DiskSnapshots(home, context);
        WriteGuard guard = new WriteGuard(tree);
        IndexWriter indexWriter = new IndexWriter(metadata);
        LastGoodVersions lastGoodVersions =
                new LastGoodVersions(home.state().resolve("good"), metadata, staging, settings);
        rejectedFiles = new RejectedFiles(home.state().resolve("rejected"), settings);
        Commit commit = new Commit(context, guard, indexWriter, lastGoodVersions, new ServedLinks(home.served()));
        Quotas quotas = new Quotas(metadata, settings);
        uploads = new Uploads(
                context,
                guard,
                freeSpace,
                spare,
                validation,
                lastGoodVersions,
                commit,
                quotas,
                new UploadLimiter(settings),
                settings);
        deleter = new Deleter(context, guard, indexWriter, lastGoodVersions, postponed::add);
        retention = new Retention(metadata, deleter, settings);
        reader = new RecordReader(context, lastGoodVersions, new VersionMatcher(context, indexWriter));
        lister = new DirectoryLister(context, new DirectoryNames(System::nanoTime));
        Rollback rollback = new Rollback(context, indexWriter, lastGoodVersions, rejectedFiles, unflushed);
        ExternalChangeInspector inspector =
                new ExternalChangeInspector(context, validators, validation, lastGoodVersions);
        reconciler = new Reconciler(context, indexWriter, inspector, rollback, unflushed);
        recovery = new Recovery(context, reconciler, indexWriter, rollback, lastGoodVersions, unflushed);
        new RootIdentity(tree, metadata).require();
        lastGoodVersions.sweep(recovery.run());
        resumableUploads = new ResumableUploadStore(staging.uploads(), metadata, uploads, settings);
        metadata.onReopened(this::recover);
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
        return IoErrors.translate(() -> uploads.begin(request));
    }

    @Override
    public Result<List<Change>> delete(WriteRequest request) throws IOException {
        return IoErrors.translate(() -> deleter.delete(request));
    }

    @Override
    public Result<List<Change>> deleteTree(WriteRequest request) throws IOException {
        return IoErrors.translate(() -> deleter.deleteTree(request));
    }

    @Override
    public Result<RecordVersion> find(User user, RecordPath path) throws IOException {
        return IoErrors.translate(() -> reader.find(user, path));
    }

    @Override
    public Result<Reading> open(User user, RecordPath path) throws IOException {
        return IoErrors.translate(() -> reader.open(user, path));
    }

    @Override
    public Result<Listing> list(User user, RecordPath directory, String after, int limit) throws IOException {
        return IoErrors.translate(() -> lister.list(user, directory, after, limit));
    }

    @Override
    public void check(RecordPath path, Duration quiet, Consumer<RecordPath> checkLater) throws IOException {
        if (Tree.isReserved(path)) {
            return;
        }
        try {
            compare(path, quiet, checkLater);
        } catch (InterruptedIOException | Tree.Gone e) {
            throw e;
        } catch (IOException e) {
            postponed.add(path);
            throw e;
        }
    }

    private void compare(RecordPath path, Duration quiet, Consumer<RecordPath> checkLater) throws IOException {
        if (path.isRoot()) {
            context.metadata().announcePending();
        }
        if (path.isRoot()) {
            onMismatch = checkLater;
            rejectedFiles.trim();
        }
        Optional<DirectoryEntry> onDisk =
                path.isRoot() ? Optional.of(context.tree().lookUp(path)) : reconcile(path, quiet, checkLater);
        if (onDisk.isEmpty()) {
            return;
        }
        if (onDisk.get().isDirectory()) {
            new Scan(context, ignored, unreadable, path, found -> reconcile(found, quiet, checkLater)).run();
            unflushed.await();
        } else {
            checkFormerDirectory(path, quiet, checkLater);
            unflushed.removeDurable();
        }
    }

    /** Reconciles a path; empty if it can't be read, so that a scan continues with the other paths. */
    private Optional<DirectoryEntry> reconcile(RecordPath path, Duration quiet, Consumer<RecordPath> checkLater)
            throws IOException {
        try {
            DirectoryEntry onDisk = reconciler.reconcile(path, quiet, checkLater);
            if (!onDisk.isDirectory()) {
                unreadable.remove(path);
            }
            return Optional.of(onDisk);
        } catch (IOException e) {
            context.tree().requireRoot();
            if (context.metadata().failure().isPresent()
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

    /** The resumable uploads. */
    public ResumableUploads resumable() {
        return resumableUploads;
    }

    /** Deletes expired uploads and records, and closes unused handles. Called periodically. */
    public void deleteExpired(Instant now) throws IOException {
        resumableUploads.expire(now);
        retention.run(now);
        context.tree().closeIdle();
        context.parents().flushPending();
    }

    /**
     * Retries what couldn't be done while the disk failed or was full. Called about once a second. Paths that changed
     * in the meantime are passed to the callback of the last check of the root.
     */
    public void retryPostponed() throws IOException {
        try {
            unflushed.removeDurable();
        } catch (IOException e) {
            LOG.debug("event=change-postponed", e);
        }
        boolean failed = context.metadata().failure().isPresent() || !postponed.isEmpty();
        if (failed && freeSpace.hasMinimum()) {
            context.metadata().submit(transaction -> RecordPath.ROOT).await();
            List<RecordPath> paths = postponed.take();
            LOG.info("event=disk-works-again postponed={}", paths.size());
            paths.forEach(path -> onMismatch.accept(path));
        }
        if (!spare.exists() && freeSpace.refuse(SpareFile.BYTES).isEmpty()) {
            spare.create();
        }
    }

    /** Closes the directory handles. */
    @Override
    public void close() throws IOException {
        context.tree().close();
    }

    @Override
    public boolean isTemporary(RecordPath path) {
        return context.temporary().test(path);
    }

    /** Reconciles records below a path that is no longer a directory; they are gone. */
    private void checkFormerDirectory(RecordPath path, Duration quiet, Consumer<RecordPath> checkLater)
            throws IOException {
        IndexRange indexed = new IndexRange(context.metadata(), path);
        Optional<RecordPath> below = indexed.next();
        while (below.isPresent()) {
            reconciler.reconcile(below.get(), quiet, checkLater);
            below = indexed.next();
        }
    }

    @Override
    public Snapshot take() throws IOException {
        return snapshots.take();
    }

    /** Reports the upload metrics. */
    public void report(MetricReport report) {
        uploads.counts().report(report);
    }

    /** Reports whether records can be read and written now. */
    public Health health() {
        Optional<Throwable> failure = context.metadata().failure();
        if (failure.isPresent()) {
            return Health.down("the state can't be written: " + failure.get().getMessage());
        }
        try {
            context.tree().requireRoot();
            if (freeSpace.refuse(0).isPresent()) {
                return Health.down("the disk is full up to the reserve; records can be read but not written");
            }
            return Health.ready("records=" + context.metadata().size() + " cursor="
                    + context.metadata().head().cursor() + " notRecords=" + ignored.count()
                    + unreadable
                            .example()
                            .map(why -> " unreadable=" + unreadable.count() + " (such as " + why + ")")
                            .orElse(""));
        } catch (IOException e) {
            return Health.down(e.getMessage());
        }
    }
}
