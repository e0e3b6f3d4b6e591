package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.PartialUpload;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.ResumableUploads;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** An in-memory store of resumable uploads. It refuses the path "closed" and content that contains the word "wrong". */
final class FakeUploads implements ResumableUploads {

    final Map<String, byte[]> records = new ConcurrentHashMap<>();
    final Map<String, Held> uploads = new ConcurrentHashMap<>();
    volatile WriteRequest last;
    private int nextName;

    /** An upload. */
    static final class Held {
        private final PartialUpload initial;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private OptionalLong length;
        private boolean done;

        Held(PartialUpload initial) {
            length = initial.length();
            this.initial = initial;
        }

        synchronized int size() {
            return bytes.size();
        }

        private synchronized PartialUpload state() {
            boolean complete = done || initial.isPart() || length.isEmpty();
            long offset = complete ? size() : Math.min(size(), Math.max(0, length.getAsLong() - 1));
            return new PartialUpload(
                    initial.name(),
                    initial.path(),
                    length,
                    offset,
                    initial.expires(),
                    initial.notes(),
                    done ? Optional.of("\"v1\"") : Optional.empty(),
                    initial.isPart());
        }
    }

    @Override
    public long maxBytes() {
        return 1_000_000;
    }

    @Override
    public Result<PartialUpload> create(WriteRequest request, Map<String, String> notes) {
        last = request;
        if (request.path().toString().equals("closed")
                || !request.precondition().holds(Optional.empty())) {
            return Result.refused(Reason.FORBIDDEN, "no grant");
        }
        return Result.done(store(request, notes, false).initial);
    }

    @Override
    public Result<PartialUpload> createPart(WriteRequest request, Map<String, String> notes) {
        return Result.done(store(request, notes, true).initial);
    }

    private Held store(WriteRequest request, Map<String, String> notes, boolean isPart) {
        String name = String.format("%032x", ++nextName);
        Held upload = new Held(new PartialUpload(
                name,
                request.path(),
                request.length(),
                0,
                Instant.parse("2026-11-08T09:00:00Z"),
                notes,
                Optional.empty(),
                isPart));
        uploads.put(name, upload);
        return upload;
    }

    @Override
    public Result<Concatenation> concatenate(WriteRequest request, List<String> parts, Map<String, String> notes) {
        ByteArrayOutputStream concatenated = new ByteArrayOutputStream();
        for (String name : parts) {
            if (!uploads.containsKey(name)) {
                return Result.refused(Reason.NOT_FOUND, "no such part");
            }
            if (uploads.get(name).size() != uploads.get(name).length.orElse(-1)) {
                return Result.refused(Reason.CONFLICT, "the part isn't complete");
            }
            concatenated.writeBytes(uploads.get(name).bytes.toByteArray());
        }
        Held content = store(request, notes, false);
        content.bytes.writeBytes(concatenated.toByteArray());
        content.length = OptionalLong.of(concatenated.size());
        Result<Change> change = new Piece(content, request).commit();
        parts.forEach(uploads::remove);
        return Result.done(new Concatenation(content.state(), change.get()));
    }

    @Override
    public Result<PartialUpload> find(User user, String name) {
        return uploads.containsKey(name)
                ? Result.done(uploads.get(name).state())
                : Result.refused(Reason.NOT_FOUND, "no such upload");
    }

    @Override
    public Result<PartialUpload> remove(User user, String name) {
        Result<PartialUpload> found = find(user, name);
        uploads.remove(name);
        return found;
    }

    @Override
    public Result<Continuation> resume(WriteRequest request, String name, long offset) {
        Held upload = uploads.get(name);
        if (upload.length.isEmpty()) {
            upload.length = request.length();
        }
        return upload.state().offset() == offset
                ? Result.done(new Piece(upload, request))
                : Result.refused(Reason.CONFLICT, "it stands elsewhere");
    }

    private final class Piece implements Continuation {
        private final Held upload;
        private final WriteRequest request;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Piece(Held upload, WriteRequest request) {
            this.upload = upload;
            this.request = request;
        }

        @Override
        public Optional<Refusal> write(ByteBuffer buffer) {
            byte[] next = new byte[buffer.remaining()];
            buffer.get(next);
            bytes.writeBytes(next);
            return Optional.empty();
        }

        @Override
        public Result<Long> keep() {
            boolean matches = request.digests().entrySet().stream()
                    .allMatch(each -> hash(each.getKey(), bytes.toByteArray()).equals(each.getValue()));
            if (!matches) {
                bytes.reset();
                return Result.refused(Reason.BAD_REQUEST, "another checksum");
            }
            close();
            return Result.done((long) upload.size());
        }

        @Override
        public Result<Change> commit() {
            byte[] content = upload.bytes.toByteArray();
            if (new String(content, StandardCharsets.UTF_8).contains("wrong")) {
                uploads.values().remove(upload);
                return Result.refused(Reason.INVALID, "it is wrong");
            }
            records.put(request.path().toString(), content);
            upload.done = true;
            RecordVersion version = new RecordVersion(
                    request.path(),
                    content.length,
                    Instant.EPOCH,
                    Optional.of("\"v1\""),
                    Optional.of(hash("SHA-256", content)));
            return Result.done(new Change(
                    Change.Type.CREATED,
                    new Cursor("e", 7),
                    Instant.EPOCH,
                    version,
                    Optional.of("ops"),
                    List.of(new ValidatorId("words", "1.0.0")),
                    "/files/" + version.path(),
                    "{}"));
        }

        @Override
        public void close() {
            synchronized (upload) {
                upload.bytes.writeBytes(bytes.toByteArray());
            }
            bytes.reset();
        }
    }

    static String hash(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
