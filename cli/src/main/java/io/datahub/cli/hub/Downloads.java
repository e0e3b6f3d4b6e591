package io.datahub.cli.hub;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.PrivateFiles;
import io.datahub.cli.core.Progress;
import io.datahub.cli.http.Request;
import io.datahub.cli.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Fetches records; their SHA-256 is compared with the hub's. Thread-safe. */
public final class Downloads {

    /** What the names of files that aren't complete yet end with. */
    public static final String PARTIAL = ".datahub-part";

    private static final int MAX_NAME = 200;
    private static final int MAX_FAILURES = 9;
    private static final int FIRST_REFUSAL = 300;
    private static final int PERMANENT_REDIRECT = 308;
    private static final int BUFFER = 65_536;
    private static final int PARTIAL_CONTENT = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final Hub hub;
    private final Progress progress;

    /** Downloads from a hub. */
    public Downloads(Hub hub, Progress progress) {
        this.hub = hub;
        this.progress = progress;
    }

    /**
     * A record that was fetched.
     *
     * @param path its path
     * @param size bytes
     * @param sha256 in hexadecimal
     * @param etag the entity tag, or empty
     */
    public record Fetched(String path, long size, String sha256, String etag) {

        /** As the commands print it. */
        public Map<String, Object> json() {
            return new LinkedHashMap<>(Transfer.stored(path, size, sha256, etag));
        }
    }

    /**
     * Fetches a record into a file, which appears as a whole. What an earlier attempt has left is continued.
     *
     * @param timeOf the time that the file gets for an entity tag, RFC 3339; empty for the current one
     */
    public Fetched get(String path, Path file, UnaryOperator<String> timeOf) throws IOException {
        if (file.getFileName().toString().endsWith(PARTIAL)) {
            throw new Failure(
                    Failure.FAILED,
                    "names that end with " + PARTIAL + " are those of incomplete downloads: name another");
        }
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            Files.createDirectories(directory);
        }
        try (TargetLock lock = TargetLock.attempt(file)) {
            if (lock.isHeld()) {
                return get(path, file, partial(file, ""), timeOf);
            }
            // Another download to the same file is under way: this one leaves nothing to continue.
            Path own = partial(file, "." + UUID.randomUUID());
            try {
                return get(path, file, own, timeOf);
            } finally {
                Files.deleteIfExists(own);
            }
        }
    }

    private Fetched get(String path, Path file, Path partial, UnaryOperator<String> timeOf) throws IOException {
        PartialFile sink = new PartialFile(partial, hub.url(), path);
        Fetched fetched = transfer(path, sink);
        String time = timeOf.apply(fetched.etag());
        if (!time.isEmpty()) {
            Files.setLastModifiedTime(partial, FileTime.from(Instant.parse(time)));
        }
        try {
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw Files.isDirectory(file) ? new IOException(file + " is a directory", e) : e;
        }
        sink.forget();
        progress.file();
        return fetched;
    }

    private static Path partial(Path file, String mark) {
        String name = file.getFileName().toString();
        String usable = name.length() > MAX_NAME / 4 ? PrivateFiles.name(name) : name;
        return file.resolveSibling("." + usable + mark + PARTIAL);
    }

    /** Writes a record to a stream. */
    public Fetched get(String path, OutputStream out) throws IOException {
        return transfer(path, new StreamSink(out));
    }

    private Fetched transfer(String path, Sink sink) throws IOException {
        for (int failures = 0; ; ) {
            long before = sink.position();
            try {
                Optional<Fetched> fetched = attempt(path, sink);
                if (fetched.isPresent()) {
                    return fetched.get();
                }
            } catch (Sink.Unwritable e) {
                throw e;
            } catch (IOException e) {
                failures = sink.position() > before ? 1 : failures + 1;
                if (failures >= MAX_FAILURES) {
                    throw hub.lost(e);
                }
                Backoff.pause(failures, Optional.empty());
            } catch (Failure e) {
                // In the middle of a record the hub is given time to come back.
                if (e.exitStatus() != Failure.UNREACHABLE || before == 0 || ++failures >= MAX_FAILURES) {
                    throw e;
                }
                Backoff.pause(failures, Optional.empty());
            }
        }
    }

    /** Fetches what is missing; empty if it has to begin again. */
    private Optional<Fetched> attempt(String path, Sink sink) throws IOException {
        Request request = new Request("GET", Paths.files(path));
        if (sink.position() > 0 && sink.etag().isPresent()) {
            request.header("Range", "bytes=" + sink.position() + "-").header("If-Range", sink.etag());
        }
        try (Response response = hub.openAny(request)) {
            if (response.status() == RANGE_NOT_SATISFIABLE) {
                sink.restart(Optional.empty());
                return Optional.empty();
            }
            if (response.status() == PERMANENT_REDIRECT) {
                throw new Failure(Failure.FAILED, path + " is a directory: get -r fetches what is in it");
            }
            if (response.status() >= FIRST_REFUSAL) {
                throw hub.refusal(response, request);
            }
            if (response.status() != PARTIAL_CONTENT) {
                sink.restart(response.header("etag"));
                progress.expect(
                        response.header("content-length").map(Long::parseLong).orElse(0L));
            }
            copy(response.body(), sink);
            return Optional.of(check(path, sink, response));
        }
    }

    private void copy(InputStream in, Sink sink) throws IOException {
        byte[] buffer = new byte[BUFFER];
        try (sink) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                sink.write(buffer, count);
                progress.add(count);
            }
        }
    }

    private Fetched check(String path, Sink sink, Response response) throws IOException {
        String own = sink.sha256();
        Optional<String> theirs = Digest.of(response);
        if (theirs.isPresent() && !theirs.get().equals(own)) {
            sink.restart(Optional.empty());
            throw new Failure(Failure.FAILED, path + " arrived with other bytes than the hub has: fetch it again");
        }
        return new Fetched(path, sink.position(), own, response.header("etag").orElse(""));
    }
}
