package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.PartialUpload;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.ResumableUploads;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.store.core.IoErrors;
import io.datahub.store.core.Quotas;
import io.datahub.store.disk.Disk;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.PartialUploadEntry;
import io.datahub.store.settings.Settings;
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
 * The resumable uploads. Their metadata is in the metadata store, their bytes are in a separate folder. Thread-safe.
 */
public final class ResumableUploadStore implements ResumableUploads, PartialFile.Turn {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final int NAME_BYTES = 16;

    private final Path folder;
    private final MetadataStore metadata;
    private final Uploads uploads;
    private final Supplier<Settings> settings;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, PartialFile> files = new ConcurrentHashMap<>();

    /** Loads the existing uploads. Called after recovery. */
    public ResumableUploadStore(Path folder, MetadataStore metadata, Uploads uploads, Supplier<Settings> settings)
            throws IOException {
        this.folder = folder;
        this.metadata = metadata;
        this.uploads = uploads;
        this.settings = settings;
        for (Map.Entry<String, PartialUploadEntry> each :
                metadata.partialUploads().entrySet()) {
            load(each.getKey(), each.getValue());
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
            for (Path file : left) {
                if (!files.containsKey(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
    }

    private void load(String name, PartialUploadEntry known) throws IOException {
        PartialUploadEntry entry = known;
        boolean mayBeRecord = known.hasLength() && !known.isPart();
        if (!mayBeRecord && !Files.exists(folder.resolve(name))) {
            LOG.warn("event=upload-missing upload={} path=\"{}\"", name, known.path());
            dropEntries(List.of(name));
            return;
        }
        // A missing file has become its record, and the hub was killed before that was stored.
        if (!known.isDone() && !Files.exists(folder.resolve(name))) {
            entry = known.done(System.currentTimeMillis(), "");
            save(name, entry);
        }
        WriteRequest request = new WriteRequest(
                new User(entry.user(), Set.of(), List.of()),
                "restart",
                entry.path(),
                Precondition.NONE,
                OptionalLong.of(entry.hasLength() ? entry.length() : Files.size(folder.resolve(name))),
                Map.of());
        Quotas.Claim claim = uploads.claim(request);
        if (entry.isDone()) {
            claim.close();
        } else {
            // The upload may be older than the quotas, so a refusal is ignored.
            uploads.reserve(request, claim);
        }
        files.put(name, new PartialFile(name, entry, folder, uploads, claim));
    }

    private void save(String name, PartialUploadEntry entry) throws IOException {
        metadata.submit(transaction -> {
                    transaction.putPartialUpload(name, entry);
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
        return IoErrors.translate(() -> begin(request, notes, false));
    }

    @Override
    public Result<PartialUpload> createPart(WriteRequest request, Map<String, String> notes) throws IOException {
        return IoErrors.translate(() -> begin(request, notes, true));
    }

    private Result<PartialUpload> begin(WriteRequest request, Map<String, String> notes, boolean isPart)
            throws IOException {
        long length = request.length().orElse(0);
        Optional<Refusal> refusal = isPart ? uploads.refusePart(request, length) : uploads.refuse(request, length);
        refusal = refusal.or(() -> refuseTooMany(request.user()));
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        String name = newName();
        PartialUploadEntry entry = new PartialUploadEntry(
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
            refusal = uploads.reserve(request, claim);
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            PartialFile upload = make(name, entry, claim);
            begun = true;
            return Result.done(upload.state(keep()));
        } finally {
            if (!begun) {
                claim.close();
            }
        }
    }

    private String newName() {
        byte[] bytes = new byte[NAME_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private PartialFile make(String name, PartialUploadEntry entry, Quotas.Claim claim) throws IOException {
        Path file = folder.resolve(name);
        try {
            Files.createFile(file);
            Disk.flushDirectory(folder);
            save(name, entry);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        PartialFile upload = new PartialFile(name, entry, folder, uploads, claim);
        files.put(name, upload);
        return upload;
    }

    private Optional<Refusal> refuseTooMany(User user) {
        int max = settings.get().limits().maxUnfinished();
        long present = files.values().stream()
                .map(PartialFile::entry)
                .filter(entry -> !entry.isDone() && entry.user().equals(user.name()))
                .count();
        return present < max
                ? Optional.empty()
                : Optional.of(new Refusal(
                        Reason.TOO_MANY, "you have begun " + max + " uploads; finish some, or delete them"));
    }

    private Result<PartialFile> findOwned(User user, String name) throws IOException {
        PartialFile upload = files.get(name);
        if (upload != null && upload.isExpired(keep(), Instant.now())) {
            delete(upload);
            upload = null;
        }
        if (upload == null) {
            return Result.refused(Reason.NOT_FOUND, "there is no such upload; it may have ended or expired");
        }
        return upload.entry().user().equals(user.name())
                ? Result.done(upload)
                : Result.refused(Reason.FORBIDDEN, "the upload is somebody else's");
    }

    @Override
    public Result<PartialUpload> find(User user, String name) throws IOException {
        return IoErrors.translate(() -> state(user, name));
    }

    private Result<PartialUpload> state(User user, String name) throws IOException {
        Result<PartialFile> found = findOwned(user, name);
        return found.isRefused()
                ? Result.refused(found.refusal().orElseThrow())
                : Result.done(found.get().state(keep()));
    }

    @Override
    public Result<Continuation> resume(WriteRequest request, String name, long offset) throws IOException {
        return IoErrors.translate(() -> resumeUpload(request, name, offset));
    }

    private Result<Continuation> resumeUpload(WriteRequest request, String name, long offset) throws IOException {
        Result<PartialFile> found = findOwned(request.user(), name);
        if (found.isRefused()) {
            return Result.refused(found.refusal().orElseThrow());
        }
        PartialFile upload = found.get();
        PartialUploadEntry entry = upload.entry();
        if (!entry.path().equals(request.path())) {
            throw new IllegalArgumentException("the request is about another record than the upload " + name);
        }
        WriteRequest sized = entry.hasLength() && request.length().isEmpty() ? withLength(request, entry) : request;
        long remaining = Math.max(0, sized.length().orElse(0) - offset);
        Optional<Refusal> refusal = Optional.empty();
        if (!entry.isDone()) {
            refusal = entry.isPart() ? uploads.refusePart(sized, remaining) : uploads.refuse(sized, remaining);
        }
        boolean declaresLength = !entry.hasLength() && sized.length().isPresent();
        if (refusal.isEmpty() && declaresLength) {
            refusal = upload.claim().raise(sized.length().getAsLong());
        }
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        Result<UploadLimiter.Slot> slot = uploads.acquireSlot(request);
        if (slot.isRefused()) {
            return Result.refused(slot.refusal().orElseThrow());
        }
        boolean begun = false;
        try {
            Result<Continuation> append = upload.resume(sized, offset, this, slot.get());
            if (!append.isRefused() && declaresLength) {
                save(name, upload.entry());
            }
            begun = !append.isRefused();
            return append;
        } finally {
            if (!begun) {
                slot.get().close();
            }
        }
    }

    private static WriteRequest withLength(WriteRequest request, PartialUploadEntry entry) {
        return new WriteRequest(
                request.user(),
                request.from(),
                request.path(),
                request.precondition(),
                OptionalLong.of(entry.length()),
                request.digests(),
                request.standing());
    }

    @Override
    public Result<Concatenation> concatenate(WriteRequest request, List<String> parts, Map<String, String> notes)
            throws IOException {
        return IoErrors.translate(() -> join(request, parts, notes));
    }

    private Result<Concatenation> join(WriteRequest request, List<String> names, Map<String, String> notes)
            throws IOException {
        List<PartialFile> parts = new ArrayList<>();
        for (String name : names) {
            Result<PartialFile> part = findOwned(request.user(), name);
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

    /** Stores the upload that resulted from the parts, and deletes the parts. */
    private PartialUpload replace(Parts parts, WriteRequest request, Map<String, String> notes, Change change)
            throws IOException {
        String name = newName();
        long now = System.currentTimeMillis();
        PartialUploadEntry entry = new PartialUploadEntry(
                        request.user().name(), request.path(), change.version().size(), now, notes, 0, "", false)
                .done(now, change.version().etag().orElse(""));
        PartialFile upload = new PartialFile(name, entry, folder, uploads, uploads.closedClaim(request));
        try {
            save(name, entry);
            dropEntries(parts.names());
            parts.remove();
            files.keySet().removeAll(parts.names());
        } catch (IOException e) {
            // The record is committed; the parts will expire.
            LOG.warn("event=upload-unnoted upload={} failure=\"{}\"", name, e.toString());
        }
        files.put(name, upload);
        return upload.state(keep());
    }

    private void dropEntries(List<String> names) throws IOException {
        metadata.submit(transaction -> {
                    names.forEach(transaction::removePartialUpload);
                    return names;
                })
                .await();
    }

    @Override
    public Result<PartialUpload> remove(User user, String name) throws IOException {
        return IoErrors.translate(() -> end(user, name));
    }

    private Result<PartialUpload> end(User user, String name) throws IOException {
        Result<PartialUpload> found = find(user, name);
        if (!found.isRefused() && !delete(files.get(name))) {
            return Result.refused(
                    Refusal.unavailable("the upload is being completed; ask again", Duration.ofSeconds(1)));
        }
        return found;
    }

    /** Deletes expired uploads. */
    public void expire(Instant now) throws IOException {
        for (PartialFile upload : files.values()) {
            if (upload.isExpired(keep(), now) && delete(upload)) {
                LOG.info(
                        "event=upload-expired upload={} path=\"{}\"",
                        upload.name(),
                        upload.entry().path());
            }
        }
    }

    private boolean delete(PartialFile upload) throws IOException {
        if (upload == null) {
            return true;
        }
        dropEntries(List.of(upload.name()));
        if (!upload.remove()) {
            save(upload.name(), upload.entry());
            return false;
        }
        files.remove(upload.name());
        return true;
    }

    @Override
    public void done(PartialFile upload) {
        try {
            save(upload.name(), upload.entry());
        } catch (IOException e) {
            // The next start detects that the file is gone.
            LOG.warn("event=upload-unnoted upload={} failure=\"{}\"", upload.name(), e.toString());
        }
    }

    @Override
    public void lost(PartialFile upload) throws IOException {
        delete(upload);
    }
}
