package io.datahub.client.record;

import io.datahub.client.record.HttpRequests.Answer;
import io.datahub.client.record.HttpRequests.Request;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A client of the hub's records, over HTTP. Requests that a hub doesn't answer since it, or the way to it, is away are
 * sent again for some seconds; a refusal is a {@link RequestRefusedException} at once, every other failure an {@link
 * IOException}. Paths are those of records, without a slash at the beginning. Thread-safe; all methods block.
 */
public final class RecordClient {

    /** Larger files are uploaded in chunks, so that they can be continued. */
    private static final long MAX_WHOLE_BYTES = 8L << 20;

    private static final int FORBIDDEN = 403;

    private static final int PAGE = 5_000;
    private static final int WATCH_SECONDS = 55;

    private final AtomicReference<Supplier<String>> token;
    private final HttpRequests requests;

    private RecordClient(HttpClient client, URI hub, Supplier<String> token) {
        this.token = new AtomicReference<>(token);
        requests = new HttpRequests(client, hub, () -> this.token.get().get());
    }

    /**
     * A client with the JDK's default trust and proxies. Nothing is sent yet.
     *
     * @param hub the URL of the hub, such as {@code http://127.0.0.1:8480/}
     * @param token the token
     * @return the client
     */
    public static RecordClient of(URI hub, String token) {
        return of(
                hub,
                () -> token,
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(10))
                        .build());
    }

    /**
     * A client with its own settings of HTTP and TLS. Nothing is sent yet.
     *
     * @param hub the URL of the hub
     * @param token asked for each request, on the thread of the caller, so that a token can be replaced
     * @param client sends the requests; it should have a timeout for connecting, and follow no redirects
     * @return the client
     */
    public static RecordClient of(URI hub, Supplier<String> token, HttpClient client) {
        return new RecordClient(client, hub, token);
    }

    /**
     * Stores a file as a record. A large one is sent in chunks, and continued when the connection is lost.
     *
     * @param file a regular file, which must not change meanwhile
     * @param path the path of the record
     * @param condition what has to hold
     * @return the version that was stored
     * @throws RequestRefusedException if the hub refuses it; the record is unchanged
     * @throws IOException if no hub answers, or the file can't be read
     * @throws InterruptedException if the thread is interrupted
     */
    public StoredRecord upload(Path file, String path, Condition condition) throws IOException, InterruptedException {
        return upload(file, path, condition, Optional.empty());
    }

    /**
     * Stores a file as a record; a program that was killed meanwhile and calls this again continues the upload.
     *
     * @param file a regular file, which must not change meanwhile
     * @param path the path of the record
     * @param condition what has to hold
     * @param memory remembers the upload until it is stored; a file for each upload
     * @return the version that was stored
     * @throws RequestRefusedException if the hub refuses it; the record is unchanged
     * @throws IOException if no hub answers, or a file can't be read or written
     * @throws InterruptedException if the thread is interrupted
     */
    public StoredRecord upload(Path file, String path, Condition condition, Path memory)
            throws IOException, InterruptedException {
        return upload(file, path, condition, Optional.of(memory));
    }

    private StoredRecord upload(Path file, String path, Condition condition, Optional<Path> memory)
            throws IOException, InterruptedException {
        BasicFileAttributes before = Files.readAttributes(file, BasicFileAttributes.class);
        if (before.size() > MAX_WHOLE_BYTES) {
            return new ResumableUpload(requests, file, path, condition, memory).run();
        }
        byte[] bytes = Files.readAllBytes(file);
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        if (bytes.length != before.size() || !now.lastModifiedTime().equals(before.lastModifiedTime())) {
            throw new IOException(file + " changed while it was read: upload it again");
        }
        String modified = String.valueOf(before.lastModifiedTime().toMillis() / 1_000);
        return put(Request.of("PUT", Paths.files(path), "X-OC-Mtime", modified), path, bytes, condition);
    }

    /**
     * Stores bytes as a record.
     *
     * @param path the path of the record
     * @param bytes the content
     * @param condition what has to hold
     * @return the version that was stored
     * @throws RequestRefusedException if the hub refuses it; the record is unchanged
     * @throws IOException if no hub answers
     * @throws InterruptedException if the thread is interrupted
     */
    public StoredRecord write(String path, byte[] bytes, Condition condition) throws IOException, InterruptedException {
        return put(Request.of("PUT", Paths.files(path)), path, bytes, condition);
    }

    private StoredRecord put(Request request, String path, byte[] bytes, Condition condition)
            throws IOException, InterruptedException {
        byte[] sha256 = Digests.sha256().digest(bytes);
        Answer answer = requests.ask(request.with(Digests.HEADER, Digests.header(sha256))
                .on(condition)
                .body(bytes));
        boolean mayExist = answer.status() == HttpRequests.PRECONDITION_FAILED || answer.status() == FORBIDDEN;
        if (mayExist && answer.isRepeated()) {
            // The answer to an earlier attempt may have been lost, which then stands in the way of the next.
            Optional<StoredRecord> present = find(path);
            if (present.isPresent() && present.get().sha256().equals(Digests.hex(sha256))) {
                return present.get();
            }
        }
        Map<String, Object> stored = requests.accepted(answer).json();
        return new StoredRecord(
                Json.text(stored, "path"),
                Json.number(stored, "size"),
                Json.text(stored, "sha256"),
                Json.text(stored, "etag"));
    }

    /**
     * Looks a record up.
     *
     * @param path the path of the record
     * @return its present version, or empty if there is no such record
     * @throws RequestRefusedException if the user may not read it
     * @throws IOException if no hub answers
     * @throws InterruptedException if the thread is interrupted
     */
    public Optional<StoredRecord> find(String path) throws IOException, InterruptedException {
        Answer head = requests.ask(Request.of("HEAD", Paths.files(path)));
        if (head.status() == HttpRequests.NOT_FOUND) {
            return Optional.empty();
        }
        requests.accepted(head);
        return Optional.of(new StoredRecord(
                path,
                Long.parseLong(head.header("Content-Length")),
                Digests.of(head.response().headers()),
                head.header("ETag")));
    }

    /**
     * Fetches a record into a file, which appears, durably, once it is complete and its SHA-256 is that of the hub. What an
     * interrupted download to the same file has left beside it, in {@code .NAME.datahub-part}, is continued.
     *
     * @param path the path of the record
     * @param file the file; replaced if it exists. Its directory must exist
     * @return the version that was fetched
     * @throws RequestRefusedException if there is no such record, or the user may not read it
     * @throws IOException if no hub answers, the bytes differ from the hub's, or the file can't be written
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalArgumentException if the file has the name of an incomplete download
     */
    public StoredRecord download(String path, Path file) throws IOException, InterruptedException {
        return new Download(requests, path, file).run();
    }

    /**
     * Reads a small record; its SHA-256 is compared with the hub's.
     *
     * @param path the path of the record
     * @return its content
     * @throws RequestRefusedException if there is no such record, or the user may not read it
     * @throws IOException if no hub answers, or the bytes differ from the hub's
     * @throws InterruptedException if the thread is interrupted
     */
    public byte[] read(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> response =
                requests.repeat(Request.of("GET", Paths.files(path)), BodyHandlers.ofByteArray());
        if (response.statusCode() != HttpRequests.OK) {
            throw HttpRequests.refusal(response, new String(response.body(), StandardCharsets.UTF_8));
        }
        String theirs = Digests.of(response.headers());
        if (!theirs.isEmpty() && !theirs.equals(Digests.hex(Digests.sha256().digest(response.body())))) {
            throw new IOException(path + " arrived with other bytes than the hub has: fetch it again");
        }
        return response.body();
    }

    /**
     * Lists a directory.
     *
     * @param directory its path; an empty one is the topmost directory
     * @return its entries that the user may see, in order
     * @throws RequestRefusedException if there is no such directory
     * @throws IOException if no hub answers
     * @throws InterruptedException if the thread is interrupted
     */
    public List<DirectoryEntry> list(String directory) throws IOException, InterruptedException {
        String parent = directory.isEmpty() || directory.endsWith("/") ? directory : directory + "/";
        List<DirectoryEntry> entries = new ArrayList<>();
        String after = "";
        do {
            String target = Paths.files(parent) + "?limit=10000&after=" + Paths.value(after);
            Map<String, Object> page = requests.require(Request.of("GET", target, "Accept", "application/json"))
                    .json();
            for (Map<String, Object> entry : Json.objects(page, "entries")) {
                boolean isDirectory = Json.text(entry, "type").equals("directory");
                entries.add(new DirectoryEntry(
                        parent + Json.text(entry, "name") + (isDirectory ? "/" : ""),
                        Json.number(entry, "size"),
                        Json.text(entry, "modified"),
                        Json.text(entry, "etag")));
            }
            after = Json.text(page, "next");
        } while (!after.isEmpty());
        return entries;
    }

    /**
     * Deletes a record, or an empty directory.
     *
     * @param path its path
     * @param condition what has to hold
     * @throws RequestRefusedException if there is no such record, or the user may not delete it
     * @throws IOException if no hub answers
     * @throws InterruptedException if the thread is interrupted
     */
    public void delete(String path, Condition condition) throws IOException, InterruptedException {
        Answer answer = requests.ask(Request.of("DELETE", Paths.files(path)).on(condition));
        // The answer to an earlier attempt may have been lost.
        if (!answer.isRepeated() || find(path).isPresent()) {
            requests.accepted(answer);
        }
    }

    /**
     * Renames a record or a directory, with all that is in it.
     *
     * @param source the present path
     * @param target the new path
     * @param replace whether a record at the new path is replaced; if not, the hub refuses with 412 if there is one
     * @throws RequestRefusedException if the hub refuses it; nothing has changed
     * @throws IOException if no hub answers
     * @throws InterruptedException if the thread is interrupted
     */
    public void move(String source, String target, boolean replace) throws IOException, InterruptedException {
        requests.require(Request.of(
                "MOVE",
                Paths.files(source),
                "Destination",
                requests.prefix() + Paths.files(target),
                "Overwrite",
                replace ? "T" : "F"));
    }

    /**
     * Reads a page of the journal.
     *
     * @param since the cursor to start after; {@code "0"} starts with the oldest event
     * @param directory only changes below this directory; an empty one is the topmost
     * @param wait how long the hub waits for the next change if there is none; at most a minute
     * @return the changes
     * @throws RequestRefusedException with 410 and the oldest cursor if changes after the cursor are gone
     * @throws IOException if no hub answers
     * @throws InterruptedException if the thread is interrupted
     */
    public ChangePage changes(String since, String directory, Duration wait) throws IOException, InterruptedException {
        String target = "/changes?since=" + Paths.value(since) + "&limit=" + PAGE
                + (directory.isEmpty() ? "" : "&path=" + Paths.value(directory))
                + (wait.isZero() ? "" : "&wait=" + wait.toSeconds());
        Answer answer = requests.require(Request.of("GET", target).timeout(wait.plusMinutes(1)));
        List<RecordChange> changes = new ArrayList<>();
        for (String line : answer.response().body().lines().toList()) {
            changes.add(change(line));
        }
        return new ChangePage(changes, answer.header("Datahub-Cursor"));
    }

    private static RecordChange change(String line) throws IOException {
        Map<String, Object> event = Json.object(line);
        Map<String, Object> data = Json.object(event, "data");
        String type = Json.text(event, "type");
        return new RecordChange(
                type.substring(type.lastIndexOf('.') + 1),
                Json.text(event, "subject"),
                Json.number(data, "size"),
                Json.text(data, "sha256"),
                Json.text(data, "etag"),
                Json.text(data, "user"),
                Json.text(event, "id"),
                line);
    }

    /**
     * Hands over each change of records below a directory, once, over restarts of the hub and lost connections, until the
     * handler wants no more. The first call begins with the next change; later ones go on where the file for the cursor
     * says.
     *
     * @param directory the directory; an empty one is the topmost
     * @param cursorFile remembers what has been handled; replaced after each change
     * @param handler called on this thread
     * @throws RequestRefusedException if the hub refuses the request; with 410 changes were missed, and the file for the
     *     cursor has to be deleted or to be given the oldest cursor
     * @throws IOException if the file can't be written, or the handler has failed
     * @throws InterruptedException if the thread is interrupted
     */
    public void watch(String directory, Path cursorFile, ChangeHandler handler)
            throws IOException, InterruptedException {
        if (!Files.exists(cursorFile)) {
            DurableFiles.write(
                    cursorFile,
                    requests.require(Request.of("GET", "/changes?newest=1")).header("Datahub-Cursor"));
        }
        String cursor = Files.readString(cursorFile).strip();
        for (int failures = 0; ; ) {
            ChangePage page;
            try {
                page = changes(cursor, directory, Duration.ofSeconds(WATCH_SECONDS));
                failures = 0;
            } catch (RequestRefusedException e) {
                throw e;
            } catch (IOException e) {
                HttpRequests.pause(++failures);
                continue;
            }
            for (RecordChange change : page.changes()) {
                boolean isContinued = handler.handle(change);
                DurableFiles.write(cursorFile, change.cursor());
                if (!isContinued) {
                    return;
                }
            }
            if (!page.next().equals(cursor)) {
                cursor = page.next();
                DurableFiles.write(cursorFile, cursor);
            }
        }
    }

    /**
     * Makes a new token for the same user, uses it from now on, and revokes the former one.
     *
     * @param keep receives the new token before the former one is revoked, to store it; if it throws, nothing is revoked
     * @return the new token
     * @throws RequestRefusedException if the user may not have another token
     * @throws IOException if no hub answers
     * @throws InterruptedException if the thread is interrupted
     */
    public String renewToken(Consumer<String> keep) throws IOException, InterruptedException {
        Map<String, Object> former =
                requests.require(Request.of("GET", "/whoami")).json();
        String label = Json.text(former, "label");
        byte[] body =
                Json.text(Map.of("label", label.isEmpty() ? "renewed" : label)).getBytes(StandardCharsets.UTF_8);
        String renewed = Json.text(
                requests.require(Request.of("POST", "/tokens", "Content-Type", "application/json")
                                .body(body))
                        .json(),
                "token");
        keep.accept(renewed);
        token.set(() -> renewed);
        String id = Json.text(former, "id");
        if (!id.isEmpty()) {
            Answer revoked = requests.ask(Request.of("DELETE", "/tokens/" + Paths.value(id)));
            if (revoked.status() != HttpRequests.NOT_FOUND) {
                requests.accepted(revoked);
            }
        }
        return renewed;
    }
}
