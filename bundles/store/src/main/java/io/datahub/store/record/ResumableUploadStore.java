package io.datahub.store.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.PartialUpload;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.ResumableUploads;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.store.disk.Disk;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.PartialUploadEntry;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resumable uploads. What is known of them stands in the ledger, their bytes lie in a folder of their own. For any
 * thread.
 */
final class ResumableUploadStore implements ResumableUploads, PartialFile.Turn {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final int NAME_BYTES = 16;

    private final Path folder;
    private final MetadataStore ledger;
    private final Uploads uploads;
    private final Supplier<Settings> settings;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, PartialFile> files = new ConcurrentHashMap<>();

    /** Takes over those that there are, once the records are in order. */
    ResumableUploadStore(Path folder, MetadataStore ledger, Uploads uploads, Supplier<Settings> settings)
            throws IOException {
        this.folder = folder;
        this.ledger = ledger;
        this.uploads = uploads;
        this.settings = settings;
        for (Map.Entry<String, PartialUploadEntry> each :
                ledger.partialUploads().entrySet()) {
            takeOver(each.getKey(), each.getValue());
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
            for (Path file : left) {
                if (!files.containsKey(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
    }

    private void takeOver(String name, PartialUploadEntry known) throws IOException {
        PartialUploadEntry facts = known;
        boolean mayBeRecord = known.hasLength() && !known.isPart();
        if (!mayBeRecord && !Files.exists(folder.resolve(name))) {
            LOG.warn("event=upload-missing upload={} path=\"{}\"", name, known.path());
            drop(List.of(name));
            return;
        }
        // A file that isn't there has become its record, and the hub was killed before it noted that.
        if (!known.isDone() && !Files.exists(folder.resolve(name))) {
            facts = known.done(System.currentTimeMillis(), "");
            note(name, facts);
        }
        WriteRequest request = new WriteRequest(
                new User(facts.user(), Set.of(), List.of()),
                "restart",
                facts.path(),
                Precondition.NONE,
                OptionalLong.of(facts.hasLength() ? facts.length() : Files.size(folder.resolve(name))),
                Map.of());
        Quotas.Claim claim = uploads.claim(request);
        if (facts.isDone()) {
            claim.close();
        } else {
            // It was there before the quotas that are in force now, perhaps.
            uploads.want(request, claim);
        }
        files.put(name, new PartialFile(name, facts, folder, uploads, claim));
    }

    private void note(String name, PartialUploadEntry facts) throws IOException {
        ledger.submit(transaction -> {
                    transaction.putPartialUpload(name, facts);
                    return name;
                })
                .await();
    }

    private Duration keep() {
        return settings.get().limits().keepUnfinished();
    }

    @Override
    public long maxBytes() {
        return settings.get().maxUploadBytes();
    }

    @Override
    public Result<PartialUpload> create(WriteRequest request, Map<String, String> notes) throws IOException {
        return IoErrors.told(() -> begin(request, notes, false));
    }

    @Override
    public Result<PartialUpload> createPart(WriteRequest request, Map<String, String> notes) throws IOException {
        return IoErrors.told(() -> begin(request, notes, true));
    }

    private Result<PartialUpload> begin(WriteRequest request, Map<String, String> notes, boolean isPart)
            throws IOException {
        long length = request.length().orElse(0);
        Optional<Refusal> refusal = isPart ? uploads.refusePart(request, length) : uploads.refuse(request, length);
        refusal = refusal.or(() -> refuseMany(request.user()));
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        String name = freshName();
        PartialUploadEntry facts = new PartialUploadEntry(
                request.user().name(),
                request.path(),
                request.length().orElse(-1),
                System.currentTimeMillis(),
                notes,
                0,
                "",
                isPart);
        Quotas.Claim claim = uploads.claim(request);
        boolean begun = false;
        try {
            refusal = uploads.want(request, claim);
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            PartialFile upload = make(name, facts, claim);
            begun = true;
            return Result.done(upload.state(keep()));
        } finally {
            if (!begun) {
                claim.close();
            }
        }
    }

    private String freshName() {
        byte[] bytes = new byte[NAME_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private PartialFile make(String name, PartialUploadEntry facts, Quotas.Claim claim) throws IOException {
        Path file = folder.resolve(name);
        try {
            Files.createFile(file);
            Disk.flushDirectory(folder);
            note(name, facts);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        PartialFile upload = new PartialFile(name, facts, folder, uploads, claim);
        files.put(name, upload);
        return upload;
    }

    private Optional<Refusal> refuseMany(User user) {
        int most = settings.get().limits().maxUnfinished();
        long present = files.values().stream()
                .map(PartialFile::facts)
                .filter(facts -> !facts.isDone() && facts.user().equals(user.name()))
                .count();
        return present < most
                ? Optional.empty()
                : Optional.of(new Refusal(
                        Reason.TOO_MANY, "you have begun " + most + " uploads; finish some, or delete them"));
    }

    private Result<PartialFile> mine(User user, String name) throws IOException {
        PartialFile upload = files.get(name);
        if (upload != null && upload.isExpired(keep(), Instant.now())) {
            forget(upload);
            upload = null;
        }
        if (upload == null) {
            return Result.refused(Reason.NOT_FOUND, "there is no such upload; it may have ended or expired");
        }
        return upload.facts().user().equals(user.name())
                ? Result.done(upload)
                : Result.refused(Reason.FORBIDDEN, "the upload is somebody else's");
    }

    @Override
    public Result<PartialUpload> find(User user, String name) throws IOException {
        return IoErrors.told(() -> state(user, name));
    }

    private Result<PartialUpload> state(User user, String name) throws IOException {
        Result<PartialFile> found = mine(user, name);
        return found.isRefused()
                ? Result.refused(found.refusal().orElseThrow())
                : Result.done(found.get().state(keep()));
    }

    @Override
    public Result<Continuation> resume(WriteRequest request, String name, long offset) throws IOException {
        return IoErrors.told(() -> goOn(request, name, offset));
    }

    private Result<Continuation> goOn(WriteRequest request, String name, long offset) throws IOException {
        Result<PartialFile> found = mine(request.user(), name);
        if (found.isRefused()) {
            return Result.refused(found.refusal().orElseThrow());
        }
        PartialFile upload = found.get();
        PartialUploadEntry facts = upload.facts();
        if (!facts.path().equals(request.path())) {
            throw new IllegalArgumentException("the request is about another record than the upload " + name);
        }
        WriteRequest wish = facts.hasLength() && request.length().isEmpty() ? withLength(request, facts) : request;
        long toCome = Math.max(0, wish.length().orElse(0) - offset);
        Optional<Refusal> refusal = Optional.empty();
        if (!facts.isDone()) {
            refusal = facts.isPart() ? uploads.refusePart(wish, toCome) : uploads.refuse(wish, toCome);
        }
        boolean saysLength = !facts.hasLength() && wish.length().isPresent();
        if (refusal.isEmpty() && saysLength) {
            refusal = upload.claim().raise(wish.length().getAsLong());
        }
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        Result<UploadLimiter.Slot> slot = uploads.takeSlot(request);
        if (slot.isRefused()) {
            return Result.refused(slot.refusal().orElseThrow());
        }
        boolean begun = false;
        try {
            Result<Continuation> piece = upload.resume(wish, offset, this, slot.get());
            if (!piece.isRefused() && saysLength) {
                note(name, upload.facts());
            }
            begun = !piece.isRefused();
            return piece;
        } finally {
            if (!begun) {
                slot.get().close();
            }
        }
    }

    private static WriteRequest withLength(WriteRequest request, PartialUploadEntry facts) {
        return new WriteRequest(
                request.user(),
                request.from(),
                request.path(),
                request.precondition(),
                OptionalLong.of(facts.length()),
                request.digests(),
                request.standing());
    }

    @Override
    public Result<Concatenation> concatenate(WriteRequest request, List<String> parts, Map<String, String> notes)
            throws IOException {
        return IoErrors.told(() -> join(request, parts, notes));
    }

    private Result<Concatenation> join(WriteRequest request, List<String> names, Map<String, String> notes)
            throws IOException {
        List<PartialFile> parts = new ArrayList<>();
        for (String name : names) {
            Result<PartialFile> part = mine(request.user(), name);
            if (part.isRefused()) {
                return Result.refused(part.refusal().orElseThrow());
            }
            if (!part.get().isPart()) {
                return Result.refused(Reason.BAD_REQUEST, name + " is no part but an upload of its own");
            }
            parts.add(part.get());
        }
        try (Parts held = new Parts(uploads, parts)) {
            Result<Change> change = held.commit(request);
            return change.isRefused()
                    ? Result.refused(change.refusal().orElseThrow())
                    : Result.done(new Concatenation(replace(held, request, notes, change.get()), change.get()));
        }
    }

    /** Notes the upload that became of parts, and forgets these. */
    private PartialUpload replace(Parts parts, WriteRequest request, Map<String, String> notes, Change change)
            throws IOException {
        String name = freshName();
        long now = System.currentTimeMillis();
        PartialUploadEntry facts = new PartialUploadEntry(
                        request.user().name(), request.path(), change.version().size(), now, notes, 0, "", false)
                .done(now, change.version().etag().orElse(""));
        PartialFile upload = new PartialFile(name, facts, folder, uploads, uploads.closedClaim(request));
        try {
            note(name, facts);
            drop(parts.names());
            parts.remove();
            files.keySet().removeAll(parts.names());
        } catch (IOException e) {
            // The record is there; the parts expire.
            LOG.warn("event=upload-unnoted upload={} failure=\"{}\"", name, e.toString());
        }
        files.put(name, upload);
        return upload.state(keep());
    }

    private void drop(List<String> names) throws IOException {
        ledger.submit(transaction -> {
                    names.forEach(transaction::removePartialUpload);
                    return names;
                })
                .await();
    }

    @Override
    public Result<PartialUpload> remove(User user, String name) throws IOException {
        return IoErrors.told(() -> end(user, name));
    }

    private Result<PartialUpload> end(User user, String name) throws IOException {
        Result<PartialUpload> found = find(user, name);
        if (!found.isRefused() && !forget(files.get(name))) {
            return Result.refused(
                    Refusal.unavailable("the upload is being completed; ask again", Duration.ofSeconds(1)));
        }
        return found;
    }

    /** Forgets those whose time is over. */
    void expire(Instant now) throws IOException {
        for (PartialFile upload : files.values()) {
            if (upload.isExpired(keep(), now) && forget(upload)) {
                LOG.info(
                        "event=upload-expired upload={} path=\"{}\"",
                        upload.name(),
                        upload.facts().path());
            }
        }
    }

    private boolean forget(PartialFile upload) throws IOException {
        if (upload == null) {
            return true;
        }
        drop(List.of(upload.name()));
        if (!upload.remove()) {
            note(upload.name(), upload.facts());
            return false;
        }
        files.remove(upload.name());
        return true;
    }

    @Override
    public void done(PartialFile upload) {
        try {
            note(upload.name(), upload.facts());
        } catch (IOException e) {
            // The next start finds that the file has gone.
            LOG.warn("event=upload-unnoted upload={} failure=\"{}\"", upload.name(), e.toString());
        }
    }

    @Override
    public void lost(PartialFile upload) throws IOException {
        forget(upload);
    }
}
