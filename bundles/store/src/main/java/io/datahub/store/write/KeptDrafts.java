package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.file.FileFlush;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.records.draft.DraftAdmission;
import io.datahub.records.draft.RecordDraft;
import io.datahub.records.quota.Quotas;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.Staging;
import io.datahub.store.metadata.LastingDraftEntry;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lasting drafts that exist. Their entries are in the metadata store, their bytes are files of a folder.
 * Thread-safe.
 */
final class KeptDrafts {

    private static final Logger LOG = LoggerFactory.getLogger(KeptDrafts.class);
    private static final int NAME_BYTES = 16;

    private final StoreContext context;
    private final DraftAdmission admission;
    private final Path folder;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, KeptDraft> files = new ConcurrentHashMap<>();

    /** Loads the existing drafts and deletes orphaned files. Called after recovery. */
    KeptDrafts(StoreContext context, DraftAdmission admission) throws IOException {
        this.context = context;
        this.admission = admission;
        folder = context.staging().lastingDrafts();
        boolean isRestored = Files.exists(folder.resolve(Staging.RESTORED));
        for (Map.Entry<String, LastingDraftEntry> each :
                context.metadata().lastingDrafts().entrySet()) {
            load(each.getKey(), each.getValue(), isRestored);
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
            for (Path file : left) {
                if (!files.containsKey(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
    }

    private void load(String name, LastingDraftEntry known, boolean isRestored) throws IOException {
        LastingDraftEntry entry = known;
        boolean exists = Files.exists(folder.resolve(name));
        if (!known.isDone() && (isRestored || (known.isPart() && !exists))) {
            LOG.warn("event=store.upload.missing upload={} path={}", name, LogText.quoted(known.path()));
            removeEntries(List.of(name));
            return;
        }
        // A missing file has become its record, and the hub was killed before that was stored.
        if (!known.isDone() && !exists) {
            entry = known.done(System.currentTimeMillis(), "");
            save(name, entry);
        }
        long length = entry.hasLength() || entry.isDone() ? entry.length() : Files.size(folder.resolve(name));
        WriteRequest request = new WriteRequest(
                new User(entry.user(), Set.of(), List.of()),
                "restart",
                entry.path(),
                Precondition.NONE,
                OptionalLong.of(Math.max(0, length)),
                Map.of());
        Quotas.Claim claim = entry.isDone() ? admission.closedClaim(request) : admission.claimAgain(request);
        files.put(name, new KeptDraft(name, entry, folder, claim));
    }

    /** How long a draft is kept without new data. */
    Duration keep() {
        return context.settings().get().keepLastingDrafts();
    }

    /** Creates an empty draft. */
    KeptDraft create(WriteRequest request, Map<String, String> notes, Quotas.Claim claim) throws IOException {
        String name = newName();
        LastingDraftEntry entry = entry(request, notes, "");
        Path file = folder.resolve(name);
        try {
            Files.createFile(file);
            FileFlush.directory(folder);
            save(name, entry);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        KeptDraft draft = new KeptDraft(name, entry, folder, claim);
        files.put(name, draft);
        return draft;
    }

    /** Keeps a draft. */
    Result<KeptDraft> keep(RecordDraft draft, Map<String, String> notes) throws IOException {
        String name = newName();
        return draft.moveTo(folder.resolve(name), (request, state, claim) -> {
            LastingDraftEntry entry = entry(request, notes, draft.usedEtag());
            save(name, entry);
            claim.settle(Math.max(state.size(), entry.length()));
            KeptDraft kept = new KeptDraft(name, entry, folder, claim, state);
            files.put(name, kept);
            return kept;
        });
    }

    private static LastingDraftEntry entry(WriteRequest request, Map<String, String> notes, String baseEtag) {
        return new LastingDraftEntry(
                request.user().name(),
                request.path(),
                request.length().orElse(-1),
                System.currentTimeMillis(),
                notes,
                0,
                baseEtag,
                request.path().isRoot());
    }

    String newName() {
        byte[] bytes = new byte[NAME_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Adds a draft that was not a lasting one until it was committed. */
    void addCommitted(String name, WriteRequest request, Map<String, String> notes, Change change) {
        LastingDraftEntry entry = entry(request, notes, "")
                .withLength(change.version().size())
                .done(System.currentTimeMillis(), change.version().etag().orElse(""));
        KeptDraft draft = new KeptDraft(name, entry, folder, admission.closedClaim(request), null);
        files.put(name, draft);
        completed(draft);
    }

    /** The user's unfinished drafts of a path or of paths below it. */
    Stream<KeptDraft> unfinished(User user, RecordPath path) {
        Instant now = Instant.now();
        return files.values().stream()
                .filter(draft -> !draft.isExpired(keep(), now) && isUnfinished(draft.entry(), user))
                .filter(draft -> path.isRoot()
                        || draft.entry().path().equals(path)
                        || draft.entry().path().isBelow(path));
    }

    private static boolean isUnfinished(LastingDraftEntry entry, User user) {
        return !entry.isDone() && entry.user().equals(user.name());
    }

    private static void logUnsaved(KeptDraft draft, IOException failure) {
        LOG.warn("event=store.upload.save-failed upload={} reason={}", draft.name(), LogText.quoted(failure));
    }

    /** Refuses another draft of a user who has the maximum number of unfinished ones. */
    Optional<Refusal> refuseTooMany(User user) {
        int max = context.settings().get().maxLastingDrafts();
        long present = files.values().stream()
                .filter(draft -> isUnfinished(draft.entry(), user))
                .count();
        return present < max
                ? Optional.empty()
                : Optional.of(new Refusal(
                        Reason.TOO_MANY,
                        "you have " + max + " unfinished uploads, the maximum; finish or delete some"));
    }

    /** Finds a draft; refuses if there is none of that name, or if it belongs to another user. */
    Result<KeptDraft> find(User user, String name) throws IOException {
        KeptDraft draft = files.get(name);
        if (draft != null && draft.isExpired(keep(), Instant.now())) {
            delete(draft);
            draft = null;
        }
        if (draft == null) {
            return Result.refused(Reason.NOT_FOUND, "there is no such upload; it may have ended or expired");
        }
        return draft.entry().user().equals(user.name())
                ? Result.done(draft)
                : Result.refused(Reason.FORBIDDEN, "the upload belongs to another user");
    }

    /** Stores the draft's entry. */
    void save(KeptDraft draft) throws IOException {
        save(draft.name(), draft.entry());
    }

    private void save(String name, LastingDraftEntry entry) throws IOException {
        context.metadata()
                .submit(transaction -> {
                    transaction.putLastingDraft(name, entry);
                    return name;
                })
                .await();
    }

    private void removeEntries(List<String> names) throws IOException {
        context.metadata()
                .submit(transaction -> {
                    names.forEach(transaction::removeLastingDraft);
                    return names;
                })
                .await();
    }

    /** Stores that a draft has become a record. */
    void completed(KeptDraft draft) {
        try {
            save(draft);
        } catch (IOException e) {
            // The next start detects that the file is gone.
            logUnsaved(draft, e);
        }
    }

    /** Deletes a draft and its bytes; false if it is being committed. */
    boolean delete(KeptDraft draft) throws IOException {
        removeEntries(List.of(draft.name()));
        if (!draft.remove()) {
            save(draft);
            return false;
        }
        files.remove(draft.name());
        return true;
    }

    /** Deletes a draft for its holder, who has begun to commit it, so that nobody can take it over in the meantime. */
    void deleteHeld(KeptDraft draft) throws IOException {
        try {
            removeEntries(List.of(draft.name()));
        } catch (IOException e) {
            draft.endCommit();
            throw e;
        }
        draft.removeHeld();
        files.remove(draft.name());
    }

    /** Deletes expired drafts. */
    void expire(Instant now) throws IOException {
        for (KeptDraft draft : files.values()) {
            if (draft.isExpired(keep(), now) && delete(draft)) {
                LOG.info(
                        "event=store.upload.expired upload={} path={}",
                        draft.name(),
                        LogText.quoted(draft.entry().path()));
            }
        }
    }
}
