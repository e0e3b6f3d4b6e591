package io.datahub.cli.hub;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.core.PrivateFiles;
import io.datahub.cli.core.Progress;
import io.datahub.cli.http.Body;
import io.datahub.cli.http.Request;
import io.datahub.cli.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Stores records: small files in one request, large ones so that they can be continued. Thread-safe. */
public final class Uploads {

    private static final int OK = 200;

    private static final int MIB = 1 << 20;
    private static final int MAX_MIB = 64;

    private final Hub hub;
    private final Progress progress;

    /** In MiB: many small files are sent at a time, but few large ones. */
    private final Semaphore memory = new Semaphore(MAX_MIB);

    /** Uploads to a hub. */
    public Uploads(Hub hub, Progress progress) {
        this.hub = hub;
        this.progress = progress;
    }

    /**
     * Stores a file.
     *
     * @return what the hub says of the record: path, size, sha256, etag and more
     * @throws IOException if the file can't be read
     */
    public Map<String, Object> put(Path file, String path, Conditions conditions) throws IOException {
        BasicFileAttributes attributes = regular(file);
        progress.expect(attributes.size());
        int share = (int) Math.min(attributes.size(), ResumableUpload.CHUNK) / MIB + 1;
        memory.acquireUninterruptibly(share);
        try {
            Map<String, Object> stored = attributes.size() > Transfer.RESUMABLE
                    ? new ResumableUpload(hub, progress, file, attributes, path).run(conditions)
                    : putSmall(file, attributes, path, conditions);
            progress.file();
            return stored;
        } finally {
            memory.release(share);
        }
    }

    /** Has the hub validate a file, and keep nothing. */
    public Map<String, Object> dryRun(Path file, String path, Conditions conditions) throws IOException {
        BasicFileAttributes attributes = regular(file);
        Request request = new Request("PUT", Paths.files(path) + "?dry-run").body(Body.of(file, attributes.size()));
        return answer(hub.text(conditions.applyTo(request)), path);
    }

    private static BasicFileAttributes regular(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new Failure(
                    Failure.FAILED, attributes.isDirectory() ? "is a directory; use -r" : "is no regular file");
        }
        return attributes;
    }

    private Map<String, Object> putSmall(Path file, BasicFileAttributes attributes, String path, Conditions conditions)
            throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length != attributes.size()
                || Transfer.isChanged(Files.readAttributes(file, BasicFileAttributes.class), attributes)) {
            throw new Failure(Failure.FAILED, Transfer.CHANGED);
        }
        byte[] sha256 = PrivateFiles.newSha256().digest(bytes);
        Request request = new Request("PUT", Paths.files(path))
                .header("X-OC-Mtime", Transfer.modified(attributes))
                .header(Digest.HEADER, Digest.header(sha256))
                .body(Body.of(bytes));
        String hex = PrivateFiles.hex(sha256);
        Optional<Response> response = hub.openOnce(conditions.applyTo(request), () -> has(path, hex));
        progress.add(bytes.length);
        if (response.isEmpty()) {
            return Transfer.stored(path, bytes.length, hex, "");
        }
        try (Response present = response.get()) {
            return answer(present.text(), path);
        } catch (IOException e) {
            throw hub.lost(e);
        }
    }

    private boolean has(String path, String sha256) {
        try (Response response = hub.openAny(new Request("HEAD", Paths.files(path)))) {
            return response.status() == OK
                    && Digest.of(response).filter(sha256::equals).isPresent();
        } catch (IOException e) {
            throw hub.lost(e);
        }
    }

    /** Stores what a stream has, in one request that can't be repeated. */
    public Map<String, Object> put(InputStream in, String path, Conditions conditions, boolean dryRun) {
        MessageDigest digest = PrivateFiles.newSha256();
        Request request = new Request("PUT", Paths.files(path) + (dryRun ? "?dry-run" : ""))
                .body(Body.of(new DigestInputStream(in, digest)));
        Map<String, Object> stored = answer(hub.text(conditions.applyTo(request)), path);
        String sha256 = Json.string(stored, "sha256");
        if (!sha256.isEmpty() && !sha256.equals(PrivateFiles.hex(digest.digest()))) {
            throw new Failure(
                    Failure.FAILED, path + " was stored with other bytes than those that were sent: send it again");
        }
        return stored;
    }

    private static Map<String, Object> answer(String text, String path) {
        if (text.isBlank()) {
            return Transfer.stored(path, 0, "", "");
        }
        try {
            return Json.object(text);
        } catch (IOException e) {
            throw new Failure(Failure.UNREACHABLE, "the answer isn't that of a hub: is the URL right?");
        }
    }
}
