package io.datahub.client.record;

import io.datahub.client.record.HttpRequests.Answer;
import io.datahub.client.record.HttpRequests.Request;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One upload by the tus protocol, version 1.0.0. A file can remember where it is, so that the program continues it after
 * it was killed. The hub verifies each chunk.
 */
final class ResumableUpload {

    private static final int CHUNK = 8 << 20;
    private static final int MAX_FAILURES = 8;
    private static final int CONFLICT = 409;

    /** The hub has given the upload up; after others, such as 401 or 507, a later attempt continues it. */
    private static final Set<Integer> FINAL = Set.of(400, 403, 412, 413, 415, 422);

    private final HttpRequests requests;
    private final Path file;
    private final String path;
    private final Condition condition;
    private final Optional<Path> memory;
    private final BasicFileAttributes attributes;

    /** Where the upload is; empty if there is none yet. */
    private String location = "";

    /** Whether an earlier program began it, and nothing is known of it yet. */
    private boolean isRecalled;

    /** Whether the offset is that of the hub. */
    private boolean isLocated;

    private long offset;

    /** @param memory the file that remembers where the upload is; if there is none, only this call continues it */
    ResumableUpload(HttpRequests requests, Path file, String path, Condition condition, Optional<Path> memory)
            throws IOException {
        this.requests = requests;
        this.file = file;
        this.path = path;
        this.condition = condition;
        this.memory = memory;
        attributes = Files.readAttributes(file, BasicFileAttributes.class);
    }

    StoredRecord run() throws IOException, InterruptedException {
        recall();
        for (int failures = 0; ; ) {
            long before = offset;
            try {
                Optional<StoredRecord> stored = step();
                if (stored.isPresent()) {
                    forget();
                    return stored.get();
                }
                failures = 0;
                continue;
            } catch (RequestRefusedException e) {
                if (FINAL.contains(e.status())) {
                    forget();
                }
                if (!isWorthAnotherAttempt(e.status()) || ++failures == MAX_FAILURES) {
                    throw e;
                }
            } catch (IOException e) {
                if (location.isEmpty() || ++failures == MAX_FAILURES) {
                    throw e;
                }
            }
            isLocated = false;
            HttpRequests.pause(offset > before ? 1 : failures);
        }
    }

    /** Whether the upload may be there, with another offset. */
    private static boolean isWorthAnotherAttempt(int status) {
        return status == CONFLICT || HttpRequests.isAway(status);
    }

    private Optional<StoredRecord> step() throws IOException, InterruptedException {
        if (location.isEmpty()) {
            return create();
        }
        return isLocated ? sendChunk() : locate();
    }

    private Optional<StoredRecord> create() throws IOException, InterruptedException {
        Answer created = requests.require(tus(
                        "POST",
                        "/uploads",
                        "Upload-Length",
                        String.valueOf(attributes.size()),
                        "Upload-Metadata",
                        "path " + Digests.base64(path.getBytes(StandardCharsets.UTF_8)),
                        "X-OC-Mtime",
                        String.valueOf(attributes.lastModifiedTime().toMillis() / 1_000))
                .on(condition));
        String answered = created.header("Location");
        // The hub's own path, whatever a proxy has put before it.
        location = answered.substring(Math.max(answered.lastIndexOf("/uploads/"), 0));
        offset = 0;
        isLocated = true;
        isRecalled = false;
        remember();
        return Optional.empty();
    }

    /** Asks how much has arrived. */
    private Optional<StoredRecord> locate() throws IOException, InterruptedException {
        Answer upload = requests.ask(tus("HEAD", location));
        boolean isGone = upload.status() == HttpRequests.NOT_FOUND
                || upload.status() == HttpRequests.GONE
                || upload.status() == 403;
        // All bytes may be there and yet not stored: then an empty chunk has the hub try again.
        boolean isStored = !upload.header("Content-Location").isEmpty();
        if (isGone || (isStored && isRecalled && isReplaced(upload))) {
            location = "";
            return Optional.empty();
        }
        if (upload.status() >= 400) {
            throw HttpRequests.refusal(upload.response(), upload.response().body());
        }
        isRecalled = false;
        isLocated = true;
        offset = Long.parseLong(upload.header("Upload-Offset"));
        return isStored ? Optional.of(stored(upload.response())) : Optional.empty();
    }

    /** Whether the record that an earlier program has stored was replaced or deleted since. */
    private boolean isReplaced(Answer upload) throws IOException, InterruptedException {
        Answer now = requests.ask(Request.of("HEAD", Paths.files(path)));
        return now.status() != HttpRequests.OK || !now.header("ETag").equals(upload.header("ETag"));
    }

    private Optional<StoredRecord> sendChunk() throws IOException, InterruptedException {
        byte[] chunk = read((int) Math.min(CHUNK, attributes.size() - offset));
        boolean isLast = offset + chunk.length == attributes.size();
        if (isLast) {
            refuseChanged();
        }
        Request request = tus(
                        "PATCH",
                        location,
                        "Content-Type",
                        "application/offset+octet-stream",
                        "Upload-Offset",
                        String.valueOf(offset),
                        "Upload-Checksum",
                        "sha256 " + Digests.base64(Digests.sha256().digest(chunk)))
                .body(chunk);
        HttpResponse<String> response = requests.once(request, BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw HttpRequests.refusal(response, response.body());
        }
        offset += chunk.length;
        return isLast ? Optional.of(stored(response)) : Optional.empty();
    }

    private byte[] read(int length) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(length);
        try (FileChannel channel = FileChannel.open(file)) {
            Digests.readFully(channel, chunk, offset);
        }
        return chunk.array();
    }

    private void refuseChanged() throws IOException, InterruptedException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        if (now.size() != attributes.size() || !now.lastModifiedTime().equals(attributes.lastModifiedTime())) {
            requests.ask(tus("DELETE", location));
            forget();
            throw new IOException(file + " changed while it was read: upload it again");
        }
    }

    private StoredRecord stored(HttpResponse<?> response) throws IOException {
        String own;
        try (FileChannel channel = FileChannel.open(file)) {
            own = Digests.hex(Digests.ofBeginning(channel, attributes.size()).digest());
        }
        String theirs = Digests.of(response.headers());
        if (!theirs.isEmpty() && !theirs.equals(own)) {
            forget();
            throw new IOException(path + " was stored with other bytes than those of the file: upload it again");
        }
        return new StoredRecord(
                path,
                attributes.size(),
                own,
                response.headers().firstValue("ETag").orElse(""));
    }

    private static Request tus(String method, String target, String... headers) {
        Request request = Request.of(method, target, headers);
        return request.with("Tus-Resumable", "1.0.0");
    }

    /** Continues what an earlier program began, if it is the same file on the same condition. */
    private void recall() throws IOException {
        if (memory.isPresent() && Files.exists(memory.get())) {
            Map<String, Object> remembered = Json.object(Files.readString(memory.get()));
            String former = Json.text(remembered, "location");
            remembered.remove("location");
            if (remembered.equals(identity())) {
                location = former;
                isRecalled = true;
            }
        }
    }

    private Map<String, Object> identity() {
        Map<String, Object> identity = new LinkedHashMap<>();
        identity.put("path", path);
        identity.put("file", file.toAbsolutePath().toString());
        identity.put("size", String.valueOf(attributes.size()));
        identity.put("modified", attributes.lastModifiedTime().toString());
        identity.put("condition", condition.header() + ": " + condition.value());
        return identity;
    }

    private void remember() throws IOException {
        if (memory.isPresent()) {
            Map<String, Object> remembered = identity();
            remembered.put("location", location);
            DurableFiles.write(memory.get(), Json.text(remembered));
        }
    }

    private void forget() throws IOException {
        if (memory.isPresent()) {
            Files.deleteIfExists(memory.get());
        }
    }
}
