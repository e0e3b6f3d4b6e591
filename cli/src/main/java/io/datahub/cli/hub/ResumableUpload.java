package io.datahub.cli.hub;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.core.PrivateFiles;
import io.datahub.cli.core.Progress;
import io.datahub.cli.http.Body;
import io.datahub.cli.http.Request;
import io.datahub.cli.http.Response;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One upload by the tus protocol. A file remembers where it is, so that the same command continues it after it was killed. The
 * hub verifies each chunk; the whole is compared in the end.
 */
final class ResumableUpload {

    /** What is sent at a time, and is in memory. */
    static final int CHUNK = 16 << 20;

    private static final int MAX_FAILURES = 9;
    private static final int OK = 200;
    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;
    private static final int GONE = 410;

    /** The hub has given the upload up; after others, such as 401 or 507, a later run continues it. */
    private static final Set<Integer> FINAL = Set.of(400, 403, 412, 413, 415, 422);

    private final Hub hub;
    private final Progress progress;
    private final Path file;
    private final BasicFileAttributes attributes;
    private final String path;
    private final Path memory;

    private String location;
    private long offset;

    /** Whether an earlier run began it, and nothing is known of it yet. */
    private boolean isRecalled;

    /** Of the file's bytes before the offset. */
    private MessageDigest digest = PrivateFiles.newSha256();

    ResumableUpload(Hub hub, Progress progress, Path file, BasicFileAttributes attributes, String path) {
        this.hub = hub;
        this.progress = progress;
        this.file = file;
        this.attributes = attributes;
        this.path = path;
        memory = PrivateFiles.state()
                .resolve("uploads")
                .resolve(
                        PrivateFiles.name(hub.url(), path, file.toAbsolutePath().toString()) + ".json");
    }

    Map<String, Object> run(Conditions conditions) throws IOException {
        recall(conditions);
        Optional<Map<String, Object>> stored = Optional.empty();
        isRecalled = location != null;
        boolean isLocated = !isRecalled;
        for (int failures = 0; stored.isEmpty(); ) {
            long before = offset;
            try {
                if (!isLocated) {
                    stored = locate();
                    isLocated = true;
                } else {
                    stored = location == null ? create(conditions) : sendChunk();
                }
            } catch (Failure e) {
                if (!isWorthAnotherAttempt(e)) {
                    if (FINAL.contains(e.httpStatus())) {
                        Files.deleteIfExists(memory);
                    }
                    throw e;
                }
                failures = offset > before ? 1 : failures + 1;
                if (failures >= MAX_FAILURES || location == null) {
                    throw e;
                }
                Backoff.pause(failures, Optional.empty());
                isLocated = false;
            }
        }
        Files.deleteIfExists(memory);
        return stored.get();
    }

    /** Whether the upload may be there still, or can be begun again. */
    private static boolean isWorthAnotherAttempt(Failure e) {
        return e.exitStatus() == Failure.UNREACHABLE
                || e.httpStatus() == CONFLICT
                || e.httpStatus() == NOT_FOUND
                || e.httpStatus() == GONE;
    }

    /** Continues what an earlier run began, if it is the same file on the same conditions. */
    private void recall(Conditions conditions) {
        Map<String, Object> remembered = PrivateFiles.readObject(memory).orElse(Map.of());
        boolean isSame = Json.number(remembered, "size") == attributes.size()
                && Json.string(remembered, "modified")
                        .equals(attributes.lastModifiedTime().toString());
        isSame &= Json.string(remembered, "conditions").equals(conditions.toString());
        location = isSame ? Json.string(remembered, "location") : null;
    }

    /** Asks how much has arrived; forgets the upload if it is gone. Returns what is stored if it is complete. */
    private Optional<Map<String, Object>> locate() throws IOException {
        Request request = tus("HEAD", location);
        try (Response response = hub.openAny(request)) {
            if (response.status() == NOT_FOUND || response.status() == GONE || response.status() == 403) {
                return beginAgain();
            }
            if (response.status() >= 400) {
                throw hub.refusal(response, request);
            }
            boolean isOld = isRecalled;
            isRecalled = false;
            // All bytes may be there and yet not stored: then an empty chunk has the hub try again.
            boolean isStored = response.header("content-location").isPresent();
            if (isStored && isOld && isReplaced(response)) {
                return beginAgain();
            }
            moveTo(response.header("upload-offset").map(Long::parseLong).orElse(0L));
            return isStored ? Optional.of(stored(response)) : Optional.empty();
        }
    }

    private Optional<Map<String, Object>> beginAgain() throws IOException {
        location = null;
        moveTo(0);
        return Optional.empty();
    }

    /** Whether the record that an earlier run has stored was replaced or deleted since; no if that can't be seen. */
    private boolean isReplaced(Response upload) throws IOException {
        try (Response now = hub.openAny(new Request("HEAD", Paths.files(path)))) {
            return now.status() == NOT_FOUND
                    || (now.status() == OK && !now.header("etag").equals(upload.header("etag")));
        }
    }

    private void moveTo(long position) throws IOException {
        if (position != offset) {
            progress.add(Math.max(position - offset, 0));
            offset = position;
            digest = Digest.ofBeginning(file, position);
        }
    }

    private static Request tus(String method, String target) {
        return new Request(method, target).header("Tus-Resumable", "1.0.0");
    }

    private Optional<Map<String, Object>> create(Conditions conditions) {
        String name = Base64.getEncoder().encodeToString(path.getBytes(StandardCharsets.UTF_8));
        Request request = tus("POST", "/uploads")
                .header("Upload-Length", String.valueOf(attributes.size()))
                .header("Upload-Metadata", "path " + name)
                .header("X-OC-Mtime", Transfer.modified(attributes));
        try (Response response = hub.open(conditions.applyTo(request))) {
            String created = response.header("location").orElse("");
            // The hub's own path, whatever a proxy has put before it.
            location = created.substring(Math.max(created.lastIndexOf("/uploads/"), 0));
        } catch (IOException e) {
            throw hub.lost(e);
        }
        offset = 0;
        digest = PrivateFiles.newSha256();
        Map<String, Object> remembered = new LinkedHashMap<>();
        remembered.put("hub", hub.url());
        remembered.put("path", path);
        remembered.put("file", file.toAbsolutePath().toString());
        remembered.put("size", attributes.size());
        remembered.put("modified", attributes.lastModifiedTime().toString());
        remembered.put("conditions", conditions.toString());
        remembered.put("location", location);
        PrivateFiles.write(memory, Json.text(remembered));
        return Optional.empty();
    }

    private Optional<Map<String, Object>> sendChunk() throws IOException {
        int length = (int) Math.min(CHUNK, attributes.size() - offset);
        byte[] chunk = read(length);
        boolean isLast = offset + length == attributes.size();
        if (isLast) {
            refuseChanged();
        }
        Request request = tus("PATCH", location)
                .header("Content-Type", "application/offset+octet-stream")
                .header("Upload-Offset", String.valueOf(offset))
                .header(
                        "Upload-Checksum",
                        "sha256 "
                                + Base64.getEncoder()
                                        .encodeToString(PrivateFiles.newSha256().digest(chunk)))
                .body(Body.of(chunk));
        try (Response response = hub.open(request)) {
            digest.update(chunk);
            offset += length;
            progress.add(length);
            return isLast ? Optional.of(stored(response)) : Optional.empty();
        }
    }

    private byte[] read(int length) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(length);
        try (FileChannel channel = FileChannel.open(file)) {
            while (chunk.hasRemaining()) {
                if (channel.read(chunk, offset + chunk.position()) < 0) {
                    throw new EOFException(file + " became shorter while it was read");
                }
            }
        }
        return chunk.array();
    }

    private void refuseChanged() throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        if (Transfer.isChanged(now, attributes)) {
            hub.openAny(tus("DELETE", location)).close();
            throw new Failure(Failure.FAILED, Transfer.CHANGED);
        }
    }

    private Map<String, Object> stored(Response response) throws IOException {
        String own = PrivateFiles.hex(digest.digest());
        Optional<String> theirs = Digest.of(response);
        if (theirs.isPresent() && !theirs.get().equals(own)) {
            throw new Failure(Failure.FAILED, "was stored with other bytes than those of the file: send it again");
        }
        return Transfer.stored(
                path, attributes.size(), own, response.header("etag").orElse(""));
    }
}
