package io.datahub.cluster;

import io.datahub.api.Home;
import io.datahub.api.cluster.Blobs;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.LedgerHub;
import io.datahub.api.cluster.SharedEvents;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.event.EventRun;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.ChangeListener;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.StorageSpace;
import io.datahub.cluster.commit.AnnouncedCommit;
import io.datahub.cluster.commit.GroupCommit;
import io.datahub.cluster.draft.LedgerLastingDrafts;
import io.datahub.cluster.history.EventContents;
import io.datahub.cluster.history.HubEvents;
import io.datahub.cluster.history.KeptCounts;
import io.datahub.cluster.history.KeptDelivery;
import io.datahub.cluster.history.SentEvents;
import io.datahub.cluster.history.SharedEventLog;
import io.datahub.cluster.history.SharedHistory;
import io.datahub.cluster.history.SharedLastEvents;
import io.datahub.cluster.journal.ClusterJournal;
import io.datahub.cluster.journal.Confirmation;
import io.datahub.cluster.journal.EntryChanges;
import io.datahub.cluster.journal.Freshness;
import io.datahub.cluster.journal.JournalTail;
import io.datahub.cluster.namespace.ClientTimes;
import io.datahub.cluster.namespace.Directories;
import io.datahub.cluster.namespace.Mover;
import io.datahub.cluster.read.BlobCache;
import io.datahub.cluster.read.DirectoryLister;
import io.datahub.cluster.read.Lookups;
import io.datahub.cluster.read.RecordBytes;
import io.datahub.cluster.read.RecordReader;
import io.datahub.cluster.read.UsersFetch;
import io.datahub.cluster.sweep.BlobSweep;
import io.datahub.cluster.sweep.DraftSweep;
import io.datahub.cluster.sweep.RecordSweep;
import io.datahub.cluster.sweep.Sweeper;
import io.datahub.cluster.write.Deleter;
import io.datahub.cluster.write.LedgerCommitter;
import io.datahub.cluster.write.LedgerDraftStore;
import io.datahub.cluster.write.LedgerUsage;
import io.datahub.cluster.write.StagingFolder;
import io.datahub.cluster.write.StoredBlobs;
import io.datahub.records.draft.DraftAdmission;
import io.datahub.records.draft.OrdinaryDrafts;
import io.datahub.records.draft.UploadCounts;
import io.datahub.records.guard.MoveGuard;
import io.datahub.records.guard.WriteGuard;
import io.datahub.records.history.FileEventHistory;
import io.datahub.records.quota.Quotas;
import io.datahub.records.quota.Room;
import io.datahub.records.settings.RetentionRule;
import io.datahub.records.settings.StoreSettings;
import io.datahub.records.staging.FreeSpaceCheck;
import io.datahub.records.validation.ValidationService;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** Creates the objects of this hub's end of the cluster and connects them; no call passes through this class. */
final class Cluster implements AutoCloseable {

    private static final long CACHE_BYTES = 32L << 20;

    /** How long newest events stay after the last hub had their rule: longer than it takes to change it at all hubs. */
    private static final Duration LAST_UNUSED = Duration.ofDays(1);

    private final Freshness freshness;
    private final JournalTail tail;
    private final GroupCommit commits;
    private final SharedEventLog eventLog;
    private final SharedLastEvents lastEvents;
    private final KeptCounts keptCounts;
    private final ClusterJournal journal;
    private final FileEventHistory fileEvents;
    private final SharedHistory history;
    private final ClusterRecordStore records;
    private final LedgerLastingDrafts lastingDrafts;
    private final Sweeper sweeper;
    private final BlobCache cache;
    private final ClusterMembers members;
    private final UploadCounts uploadCounts = new UploadCounts();

    /**
     * Connects this hub to the cluster.
     *
     * @param listener notified of each change, in order and once
     * @param injector delivers kept events of other hubs
     * @param advanced told the newest number that this hub has committed
     * @throws IOException if the ledger can't be reached, or the disk can't be written
     */
    Cluster(
            HubIdentity hub,
            Home home,
            SharedLedger ledger,
            Blobs blobs,
            ValidationService validation,
            Supplier<StoreSettings> settings,
            ChangeListener listener,
            Consumer<EventRun> injector,
            LongConsumer advanced)
            throws IOException {
        StagingFolder staging = new StagingFolder(home.state()); // fails before there are threads
        UUID instance = UUID.randomUUID();
        EntryChanges changes = new EntryChanges(
                ledger.epoch(),
                () -> hub.source(settings.get().source(), ledger.id()),
                () -> settings.get().urls());
        freshness = new Freshness(System::nanoTime, hub::maxStale);
        Confirmation confirmation = new Confirmation(
                ledger.hubs(),
                number -> new LedgerHub(hub.name(), instance, hub.address(), number),
                System::nanoTime,
                ledger.journal().head().newest());
        Lookups lookups = new Lookups(ledger.records(), confirmation);
        cache = new BlobCache(blobs, CACHE_BYTES);
        RecordBytes bytes = new RecordBytes(blobs, cache);
        StoredBlobs stored = new StoredBlobs(blobs);
        EventContents contents = new EventContents(blobs, stored);
        SentEvents sent = new SentEvents();
        lastEvents = new SharedLastEvents(
                ledger.events(), contents, confirmation, changes, this::lastPrefixes, this::announced);
        tail = new JournalTail(
                ledger.journal(),
                confirmation,
                freshness,
                changes,
                new UsersFetch(lookups, bytes),
                listener,
                new KeptDelivery(ledger.events(), contents, sent, lastEvents, changes, injector));
        LongConsumer committed = number -> {
            confirmation.proven(number);
            tail.wake();
            advanced.accept(number);
        };
        commits = new GroupCommit(ledger.records(), committed);
        eventLog = new SharedEventLog(ledger.events(), contents, sent, committed);
        journal = new ClusterJournal(ledger.journal(), changes, tail, freshness);
        fileEvents = new FileEventHistory(journal);
        tail.onAdvanced(fileEvents::advanced);
        history = new SharedHistory(fileEvents, ledger.events(), contents, freshness);

        AnnouncedCommit announced = new AnnouncedCommit(commits, tail);
        WriteGuard guard = new WriteGuard(path -> true);
        LedgerUsage usage = new LedgerUsage(ledger.records());
        Quotas quotas = new Quotas(usage, usage, settings);
        FreeSpaceCheck freeSpace = new FreeSpaceCheck(List.of(staging.path()), settings);
        LedgerDraftStore draftStore = new LedgerDraftStore(lookups, bytes, staging, settings);
        DraftAdmission admission = new DraftAdmission(draftStore, guard, freeSpace, quotas, settings);
        LedgerCommitter committer = new LedgerCommitter(
                lookups,
                bytes,
                stored,
                guard,
                validation,
                announced,
                ledger::now,
                quotas,
                freshness,
                uploadCounts,
                settings);
        records = new ClusterRecordStore(
                freshness,
                new RecordReader(lookups, bytes),
                new DirectoryLister(ledger.records(), lookups, confirmation, changes),
                new OrdinaryDrafts(draftStore, admission, committer, uploadCounts),
                new Deleter(lookups, ledger.records(), guard, announced),
                new Mover(
                        lookups,
                        ledger.records(),
                        bytes,
                        stored,
                        new MoveGuard(guard),
                        validation,
                        announced,
                        quotas,
                        settings),
                new Directories(lookups, guard, announced),
                new ClientTimes(lookups, guard, announced),
                new Room(quotas, () -> StorageSpace.UNLIMITED),
                () -> settings.get().urls());
        lastingDrafts = new LedgerLastingDrafts(
                ledger.drafts(),
                blobs,
                stored,
                draftStore,
                admission,
                committer,
                announced,
                uploadCounts,
                freshness,
                settings);
        Supplier<List<RetentionRule>> rules = () -> settings.get().retentionRules();
        sweeper = new Sweeper(
                ledger.states().of("datahub-cluster"),
                hub.name() + " " + instance,
                List.of(
                        new BlobSweep(ledger, blobs),
                        new DraftSweep(ledger.drafts()),
                        new RecordSweep(ledger.records(), announced, rules, ledger::now),
                        lease -> ledger.journal()
                                .trim(
                                        settings.get().keepJournal(),
                                        settings.get().maxJournalBytes()),
                        lease -> trimEvents(ledger.events())));
        members = new ClusterMembers(ledger.hubs());
        keptCounts = new KeptCounts(ledger.events(), this::lastPrefixes);
        tail.start();
        eventLog.start();
    }

    private void trimEvents(LedgerEvents events) throws IOException {
        SharedEvents.Rules rules = eventLog.rules();
        events.trim(rules.keep(), rules.last());
        events.forgetLast(LAST_UNUSED);
    }

    private Collection<String> lastPrefixes() {
        return eventLog.rules().last().keySet();
    }

    private long announced() {
        return tail.announced();
    }

    SharedEvents events() {
        return new HubEvents(eventLog, lastEvents, history, keptCounts);
    }

    /** The history of file events alone. */
    FileEventHistory fileEvents() {
        return fileEvents;
    }

    RecordStore records() {
        return records;
    }

    LastingDrafts lastingDrafts() {
        return lastingDrafts;
    }

    ChangeJournal journal() {
        return journal;
    }

    Freshness freshness() {
        return freshness;
    }

    JournalTail tail() {
        return tail;
    }

    GroupCommit commits() {
        return commits;
    }

    BlobCache cache() {
        return cache;
    }

    ClusterMembers members() {
        return members;
    }

    UploadCounts uploadCounts() {
        return uploadCounts;
    }

    /** Another hub says that there is something new, up to a number. */
    void poke(long number) {
        tail.poke(number);
    }

    @Override
    public void close() {
        sweeper.close();
        members.close();
        commits.close();
        keptCounts.close();
        eventLog.close();
        lastEvents.close();
        tail.close();
    }
}
