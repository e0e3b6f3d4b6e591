package io.datahub.store;

import io.datahub.api.Home;
import io.datahub.api.disk.DiskRecords;
import io.datahub.api.disk.Snapshots;
import io.datahub.api.disk.TemporaryNames;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.RecordStore;
import io.datahub.records.draft.DraftAdmission;
import io.datahub.records.draft.DraftStore;
import io.datahub.records.draft.OrdinaryDrafts;
import io.datahub.records.draft.UploadCounts;
import io.datahub.records.guard.WriteGuard;
import io.datahub.records.quota.Quotas;
import io.datahub.records.quota.Room;
import io.datahub.records.settings.StoreSettings;
import io.datahub.records.staging.FreeSpaceCheck;
import io.datahub.records.validation.ValidationService;
import io.datahub.records.validation.ValidatorRegistry;
import io.datahub.store.core.FailPoints;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.RejectedFiles;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.SpareFile;
import io.datahub.store.metadata.DurableAdapterStates;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.namespace.ClientTimes;
import io.datahub.store.namespace.Directories;
import io.datahub.store.namespace.Mover;
import io.datahub.store.read.DirectoryLister;
import io.datahub.store.read.DiskSnapshots;
import io.datahub.store.read.RecordReader;
import io.datahub.store.reconcile.ExternalChangeInspector;
import io.datahub.store.reconcile.IntentRecovery;
import io.datahub.store.reconcile.Postponed;
import io.datahub.store.reconcile.PostponedRetry;
import io.datahub.store.reconcile.Reconciler;
import io.datahub.store.reconcile.Recovery;
import io.datahub.store.reconcile.Rollback;
import io.datahub.store.reconcile.RootIdentity;
import io.datahub.store.reconcile.TreeReconciler;
import io.datahub.store.reconcile.UnflushedChanges;
import io.datahub.store.reconcile.UnreadablePaths;
import io.datahub.store.reconcile.UnsupportedFiles;
import io.datahub.store.write.Commit;
import io.datahub.store.write.Deleter;
import io.datahub.store.write.DiskDraftStore;
import io.datahub.store.write.DraftCommitter;
import io.datahub.store.write.LastingDraftStore;
import io.datahub.store.write.MeasuredUsage;
import io.datahub.store.write.Retention;
import io.datahub.store.write.ServedLinks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the objects of the store and connects them; no call passes through this class. {@code read}, {@code write}
 * and {@code reconcile} are the use cases; they share {@code core} and don't know each other.
 */
final class Store implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Store.class);

    private final StoreContext context;
    private final FileRecordStore records;
    private final HomeRecords diskRecords;
    private final LastingDraftStore lastingDrafts;
    private final DurableAdapterStates adapterStates;
    private final DiskSnapshots snapshots;
    private final StoreHealth health;
    private final UploadCounts uploadCounts = new UploadCounts();
    private final Retention retention;
    private final Postponed postponed = new Postponed();
    private final PostponedRetry postponedRetry;
    private final Recovery recovery;
    private final AtomicBoolean recoveryDue = new AtomicBoolean();

    /**
     * Opens the store and recovers from a crash.
     *
     * @throws IOException if the disk can't be read or written
     */
    Store(
            Home home,
            MetadataStore metadata,
            ValidatorRegistry validators,
            ValidationService validation,
            Supplier<StoreSettings> settings,
            FailPoints failPoints)
            throws IOException {
        context = new StoreContext(home, metadata, settings, failPoints);
        FreeSpaceCheck freeSpace = new FreeSpaceCheck(List.of(context.tree().root(), home.state()), settings);
        Quotas quotas = new Quotas(new MeasuredUsage(metadata), metadata.usage(), settings);
        SpareFile spare = new SpareFile(home.state().resolve(SpareFile.NAME));
        metadata.onFull(spare::release);
        IndexWriter indexWriter = new IndexWriter(metadata);
        LastGoodVersions lastGoodVersions = new LastGoodVersions(home.state().resolve("good"), context);

        RecordReader reader = new RecordReader(context, lastGoodVersions, indexWriter);
        DirectoryLister lister = new DirectoryLister(context);
        snapshots = new DiskSnapshots(home, context);
        Path servedLinks = home.root().resolve("cache").resolve("served");

        WriteGuard guard = new WriteGuard(context.tree()::fits);
        DraftStore draftStore = new DiskDraftStore(context, spare);
        DraftAdmission admission = new DraftAdmission(draftStore, guard, freeSpace, quotas, settings);
        ServedLinks links = new ServedLinks(servedLinks);
        Commit commit = new Commit(context, guard, indexWriter, lastGoodVersions, links);
        RejectedFiles rejectedFiles = new RejectedFiles(home.state().resolve("rejected"), settings);
        DraftCommitter committer = new DraftCommitter(
                context, validation, lastGoodVersions, commit, uploadCounts, rejectedFiles, indexWriter);
        OrdinaryDrafts drafts = new OrdinaryDrafts(draftStore, admission, committer, uploadCounts);
        Deleter deleter = new Deleter(context, guard, indexWriter, lastGoodVersions, postponed::add);
        retention = new Retention(context, deleter);
        Mover mover = new Mover(context, guard, validation, indexWriter, lastGoodVersions, links, quotas);
        Directories directories = new Directories(context, guard, freeSpace);
        ClientTimes clientTimes = new ClientTimes(context, guard, indexWriter);

        UnflushedChanges unflushed = new UnflushedChanges(postponed::add);
        UnsupportedFiles unsupported = new UnsupportedFiles();
        UnreadablePaths unreadable = new UnreadablePaths();
        Rollback rollback = new Rollback(context, indexWriter, lastGoodVersions, rejectedFiles, unflushed);
        IntentRecovery intents = new IntentRecovery(context, indexWriter, unflushed);
        ExternalChangeInspector inspector =
                new ExternalChangeInspector(context, validators, validation, lastGoodVersions);
        Reconciler reconciler = new Reconciler(context, indexWriter, intents, inspector, rollback, unflushed);
        TreeReconciler treeReconciler =
                new TreeReconciler(context, reconciler, unflushed, postponed, rejectedFiles, unsupported, unreadable);
        postponedRetry = new PostponedRetry(context, unflushed, postponed, freeSpace, spare);
        health = new StoreHealth(context, freeSpace, unsupported, unreadable);
        records = new FileRecordStore(
                reader,
                lister,
                drafts,
                deleter,
                mover,
                directories,
                clientTimes,
                new Room(quotas, freeSpace::space),
                () -> settings.get().urls());
        diskRecords = new HomeRecords(context.tree().root(), servedLinks, treeReconciler, context.mismatches());

        new RootIdentity(context.tree(), metadata).require();
        recovery = new Recovery(context, intents, indexWriter, rollback, lastGoodVersions, unflushed);
        lastGoodVersions.sweep(recovery.run());
        lastingDrafts = new LastingDraftStore(context, drafts, admission, committer);
        adapterStates = new DurableAdapterStates(metadata, InstantSource.system());
        metadata.onReopened(this::recoverAgain);
    }

    /**
     * Recovers after the database was reopened; later if this thread is changing a path itself, since recovery would
     * wait for the end of that change.
     */
    private void recoverAgain() {
        if (context.locks().isAnyHeldByThisThread()) {
            recoveryDue.set(true);
            return;
        }
        try {
            recovery.run();
        } catch (IOException e) {
            LOG.error("event=store.recovery.failed", e);
            postponed.add(RecordPath.ROOT);
        }
    }

    RecordStore records() {
        return records;
    }

    DiskRecords diskRecords() {
        return diskRecords;
    }

    TemporaryNames temporaryNames() {
        return context::isTemporary;
    }

    LastingDrafts lastingDrafts() {
        return lastingDrafts;
    }

    DurableAdapterStates adapterStates() {
        return adapterStates;
    }

    Snapshots snapshots() {
        return snapshots;
    }

    HealthCheck health() {
        return health;
    }

    /** Reports the upload metrics. */
    void report(MetricReport report) {
        uploadCounts.report(report);
    }

    /** Deletes expired drafts, records and entries of adapters, and closes unused handles. Called periodically. */
    void deleteExpired(Instant now) throws IOException {
        lastingDrafts.expire(now);
        retention.run(now);
        adapterStates.removeExpired(now);
        context.tree().closeIdle();
        context.parents().flushPending();
    }

    /** Retries what couldn't be done while the disk failed or was full. Called about once a second. */
    void retryPostponed() throws IOException {
        if (recoveryDue.getAndSet(false)) {
            recoverAgain();
        }
        postponedRetry.run();
    }

    /** Closes the directory handles. */
    @Override
    public void close() throws IOException {
        context.tree().close();
    }
}
