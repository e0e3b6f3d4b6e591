package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.Disk;
import io.datahub.store.metadata.PartialUploadEntry;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resumable uploads that exist. Their entries are in the metadata store, their bytes are files of a folder.
 * Thread-safe.
 */
final class PartialUploads {

    private static final Logger LOG = LoggerFactory.getLogger(PartialUploads.class);
    private static final int NAME_BYTES = 16;

    private final StoreContext context;
    private final UploadAdmission admission;
    private final Path folder;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, PartialFile> files = new ConcurrentHashMap<>();

    /** Loads the existing uploads and deletes orphaned files. Called after recovery. */
    PartialUploads(StoreContext context, UploadAdmission admission) throws IOException {
        this.context = context;
        this.admission = admission;
        folder = context.staging().uploads();
        for (Map.Entry<String, PartialUploadEntry> each :
                context.metadata().partialUploads().entrySet()) {
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
            LOG.warn("event=store.upload.missing upload={} path={}", name, LogText.quoted(known.path()));
            removeEntries(List.of(name));
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
        Quotas.Claim claim = entry.isDone() ? admission.closedClaim(request) : admission.claimAgain(request);
        files.put(name, new PartialFile(name, entry, folder, claim));
    }

    /** How long an upload is kept without new data. */
    Duration keep() {
        return context.settings().get().keepPartialUploads();
    }

    /** Creates an empty upload. */
    PartialFile create(WriteRequest request, Map<String, String> notes, boolean isPart, Quotas.Claim claim)
            throws IOException {
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
        Path file = folder.resolve(name);
        try {
            Files.createFile(file);
            Disk.flushDirectory(folder);
            save(name, entry);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        PartialFile upload = new PartialFile(name, entry, folder, claim);
        files.put(name, upload);
        return upload;
    }

    private String newName() {
        byte[] bytes = new byte[NAME_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * Adds the completed upload that resulted from a concatenation, and deletes its parts.
     *
     * @param request for the record that the parts became
     */
    PartialFile replace(
            PartConcatenation parts, WriteRequest request, Map<String, String> notes, long length, String etag)
            throws IOException {
        String name = newName();
        long now = System.currentTimeMillis();
        PartialUploadEntry entry = new PartialUploadEntry(
                        request.user().name(), request.path(), length, now, notes, 0, "", false)
                .done(now, etag);
        PartialFile upload = new PartialFile(name, entry, folder, admission.closedClaim(request));
        try {
            save(name, entry);
            removeEntries(parts.names());
            parts.remove();
            files.keySet().removeAll(parts.names());
        } catch (IOException e) {
            // The record is committed; the parts will expire.
            logUnsaved(upload, e);
        }
        files.put(name, upload);
        return upload;
    }

    private static void logUnsaved(PartialFile upload, IOException failure) {
        LOG.warn("event=store.upload.save-failed upload={} reason={}", upload.name(), LogText.quoted(failure));
    }

    /** Refuses another upload of a user who has the maximum number of unfinished ones. */
    Optional<Refusal> refuseTooMany(User user) {
        int max = context.settings().get().maxPartialUploads();
        long present = files.values().stream()
                .map(PartialFile::entry)
                .filter(entry -> !entry.isDone() && entry.user().equals(user.name()))
                .count();
        return present < max
                ? Optional.empty()
                : Optional.of(new Refusal(
                        Reason.TOO_MANY,
                        "you have " + max + " unfinished uploads, the maximum; finish or delete some"));
    }

    /** Finds an upload; refuses if there is none of that name, or if it belongs to another user. */
    Result<PartialFile> find(User user, String name) throws IOException {
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
                : Result.refused(Reason.FORBIDDEN, "the upload belongs to another user");
    }

    /** Stores the upload's entry. */
    void save(PartialFile upload) throws IOException {
        save(upload.name(), upload.entry());
    }

    private void save(String name, PartialUploadEntry entry) throws IOException {
        context.metadata()
                .submit(transaction -> {
                    transaction.putPartialUpload(name, entry);
                    return name;
                })
                .await();
    }

    private void removeEntries(List<String> names) throws IOException {
        context.metadata()
                .submit(transaction -> {
                    names.forEach(transaction::removePartialUpload);
                    return names;
                })
                .await();
    }

    /** Stores that an upload has become a record. */
    void completed(PartialFile upload) {
        try {
            save(upload);
        } catch (IOException e) {
            // The next start detects that the file is gone.
            logUnsaved(upload, e);
        }
    }

    /** Deletes an upload and its bytes; false if it is being committed. */
    boolean delete(PartialFile upload) throws IOException {
        removeEntries(List.of(upload.name()));
        if (!upload.remove()) {
            save(upload);
            return false;
        }
        files.remove(upload.name());
        return true;
    }

    /** Deletes expired uploads. */
    void expire(Instant now) throws IOException {
        for (PartialFile upload : files.values()) {
            if (upload.isExpired(keep(), now) && delete(upload)) {
                LOG.info(
                        "event=store.upload.expired upload={} path={}",
                        upload.name(),
                        LogText.quoted(upload.entry().path()));
            }
        }
    }
}
