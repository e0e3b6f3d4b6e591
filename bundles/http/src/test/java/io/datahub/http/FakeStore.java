package io.datahub.http;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Draft;
import io.datahub.api.record.Listing;
import io.datahub.api.record.MoveRequest;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import io.datahub.test.memory.MemoryDraft;
import io.datahub.test.memory.MemoryReading;
import io.datahub.test.memory.UnsupportedRecordStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** An in-memory record store. It refuses content that contains the word "wrong" or exceeds its size limit. */
public final class FakeStore extends UnsupportedRecordStore {

    public static final Instant MODIFIED = Instant.parse("2025-11-23T10:00:00.123Z");

    public final ConcurrentSkipListMap<RecordPath, byte[]> records = new ConcurrentSkipListMap<>();
    public final AtomicInteger open = new AtomicInteger();
    public final AtomicInteger staged = new AtomicInteger();
    public volatile WriteRequest lastWrite;
    public volatile MoveRequest lastMove;
    public volatile long limit = Long.MAX_VALUE;
    public volatile boolean isBroken;
    public volatile RecordUrls urls = RecordUrls.RELATIVE;
    public volatile Instant modified = MODIFIED;
    private final Map<RecordPath, String> etags = new ConcurrentSkipListMap<>();
    private final AtomicLong sequence = new AtomicLong();

    public Change put(String path, String text) {
        return put(RecordPath.of(path), text.getBytes(StandardCharsets.UTF_8));
    }

    public synchronized Change put(RecordPath path, byte[] bytes) {
        boolean isNew = records.put(path, bytes) == null;
        long number = sequence.incrementAndGet();
        etags.put(path, "\"v" + number + "\"");
        return change(
                isNew ? Change.Type.CREATED : Change.Type.UPDATED, version(path).orElseThrow(), number);
    }

    /** Simulates a record that is being modified outside the hub. */
    public void removeEtag(String path) {
        etags.remove(RecordPath.of(path));
    }

    private static Change change(Change.Type type, RecordVersion version, long number) {
        return new Change(
                type,
                new Cursor("e1", number),
                MODIFIED,
                version,
                Optional.of("ops"),
                List.of(new ValidatorId("words", "1.0.0")),
                RecordUrls.RELATIVE.of(version.path()),
                "{\"id\":\"e1-" + number + "\",\"subject\":\"" + version.path() + "\"}");
    }

    private Optional<RecordVersion> version(RecordPath path) {
        return Optional.ofNullable(records.get(path))
                .map(bytes -> new RecordVersion(
                        path,
                        bytes.length,
                        modified,
                        Optional.ofNullable(etags.get(path)),
                        Optional.of(hash("SHA-256", bytes))));
    }

    public static String hash(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public RecordUrls urls() {
        return urls;
    }

    private boolean isDirectory(RecordPath path) {
        return records.keySet().stream().anyMatch(each -> each.isBelow(path));
    }

    private Optional<Refusal> refusal(WriteRequest request) {
        if (!request.user().mayWrite(request.path())) {
            return Optional.of(new Refusal(Reason.FORBIDDEN, "no grant"));
        }
        if (isDirectory(request.path())) {
            return Optional.of(new Refusal(Reason.CONFLICT, "a directory is there"));
        }
        if (!request.precondition().holds(version(request.path()))) {
            return Optional.of(new Refusal(Reason.PRECONDITION_FAILED, "another version is there"));
        }
        return request.length().orElse(0) > limit
                ? Optional.of(new Refusal(Reason.TOO_LARGE, "too large"))
                : Optional.empty();
    }

    @Override
    public Result<Draft> begin(WriteRequest request) {
        lastWrite = request;
        Optional<Refusal> refusal = refusal(request);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        staged.incrementAndGet();
        return Result.done(new Staged(request));
    }

    @Override
    public Result<List<Change>> delete(WriteRequest request) {
        lastWrite = request;
        return refusal(request).isPresent()
                ? Result.refused(refusal(request).orElseThrow())
                : version(request.path())
                        .map(version -> {
                            records.remove(version.path());
                            return Result.done(
                                    List.of(change(Change.Type.DELETED, version, sequence.incrementAndGet())));
                        })
                        .orElseGet(() -> Result.refused(Reason.NOT_FOUND, "nothing is there"));
    }

    @Override
    public Result<List<Change>> move(MoveRequest request) {
        lastMove = request;
        Optional<RecordVersion> old = version(request.source());
        if (old.isEmpty() && !isDirectory(request.source())) {
            return Result.refused(Reason.NOT_FOUND, "nothing is there");
        }
        if (!request.precondition().holds(old) || (!request.replace() && records.containsKey(request.target()))) {
            return Result.refused(Reason.PRECONDITION_FAILED, "another version is there");
        }
        List<Change> changes = new ArrayList<>();
        for (RecordPath path : List.copyOf(records.keySet())) {
            if (path.equals(request.source()) || path.isBelow(request.source())) {
                String below =
                        path.toString().substring(request.source().toString().length());
                RecordVersion version = version(path).orElseThrow();
                changes.add(put(RecordPath.of(request.target() + below), records.remove(path)));
                changes.add(change(Change.Type.DELETED, version, sequence.incrementAndGet()));
            }
        }
        return Result.done(changes);
    }

    @Override
    public Result<Boolean> mkdir(WriteRequest request) {
        lastWrite = request;
        return records.containsKey(request.path())
                ? Result.refused(Reason.CONFLICT, "a record is there")
                : Result.done(!isDirectory(request.path()));
    }

    @Override
    public Result<List<Change>> deleteTree(WriteRequest request) {
        List<Change> changes = new ArrayList<>();
        for (RecordPath path : List.copyOf(records.keySet())) {
            if (path.isBelow(request.path())) {
                changes.addAll(delete(new WriteRequest(request.user(), request.from(), path))
                        .get());
            }
        }
        return Result.done(changes);
    }

    @Override
    public Result<RecordVersion> find(User user, RecordPath path) {
        if (!user.mayRead(path)) {
            return Result.refused(Reason.FORBIDDEN, "no grant");
        }
        return version(path).map(Result::done).orElseGet(() -> Result.refused(Reason.NOT_FOUND, "nothing is there"));
    }

    @Override
    public Optional<RecordVersion> peek(User user, RecordPath path) throws IOException {
        Result<RecordVersion> found = find(user, path);
        return found.isRefused() ? Optional.empty() : Optional.of(found.get());
    }

    @Override
    public Result<Reading> open(User user, RecordPath path) throws IOException {
        if (isBroken) {
            throw new IOException("the disk is gone");
        }
        Result<RecordVersion> found = find(user, path);
        if (found.isRefused()) {
            return Result.refused(found.refusal().orElseThrow());
        }
        open.incrementAndGet();
        return Result.done(new MemoryReading(found.get(), records.get(path), open::decrementAndGet));
    }

    @Override
    public Result<Listing> list(User user, RecordPath directory, String after, int limit) throws IOException {
        if (isBroken && !after.isEmpty()) {
            throw new IOException("the disk is gone");
        }
        if (!directory.isRoot() && !isDirectory(directory)) {
            return Result.refused(Reason.NOT_FOUND, "no such directory");
        }
        Map<String, Listing.Entry> entries = new ConcurrentSkipListMap<>();
        for (RecordPath path : records.keySet()) {
            if (path.isBelow(directory)) {
                String below = path.toString()
                        .substring(directory.isRoot() ? 0 : directory.toString().length() + 1);
                int slash = below.indexOf('/');
                String name = slash < 0 ? below : below.substring(0, slash);
                RecordVersion version = version(path).orElseThrow();
                entries.put(name, slash < 0 ? Listing.Entry.of(version) : Listing.Entry.directory(name, MODIFIED));
            }
        }
        List<Listing.Entry> page = entries.values().stream()
                .filter(entry -> entry.name().compareTo(after) > 0)
                .toList();
        Optional<String> next =
                page.size() > limit ? Optional.of(page.get(limit - 1).name()) : Optional.empty();
        return Result.done(new Listing(
                directory, page.subList(0, Math.min(limit, page.size())), next, new Cursor("e1", sequence.get())));
    }

    private final class Staged extends MemoryDraft {
        private final WriteRequest request;
        private boolean isOpen = true;

        Staged(WriteRequest request) {
            this.request = request;
        }

        @Override
        public Optional<Refusal> write(long offset, ByteBuffer buffer) {
            super.write(offset, buffer);
            return size() > limit ? Optional.of(new Refusal(Reason.TOO_LARGE, "too large")) : Optional.empty();
        }

        @Override
        public Result<List<ValidatorId>> validate() {
            boolean matches = request.digests().entrySet().stream()
                    .allMatch(digest -> hash(digest.getKey(), bytes()).equals(digest.getValue()));
            if (!matches) {
                return Result.refused(Reason.BAD_REQUEST, "the digest doesn't fit");
            }
            return new String(bytes(), StandardCharsets.UTF_8).contains("wrong")
                    ? Result.refused(Reason.INVALID, "it is wrong")
                    : Result.done(List.of(new ValidatorId("words", "1.0.0")));
        }

        @Override
        public Result<Change> commit() {
            if (request.currentUser().get().isEmpty()) {
                return Result.refused(Reason.UNAUTHENTICATED, "the user is gone");
            }
            return validate()
                    .then(validators -> refusal(request)
                            .<Result<Change>>map(Result::refused)
                            .orElseGet(() -> Result.done(put(request.path(), bytes()))));
        }

        @Override
        public void close() {
            if (isOpen) {
                isOpen = false;
                staged.decrementAndGet();
            }
        }
    }
}
