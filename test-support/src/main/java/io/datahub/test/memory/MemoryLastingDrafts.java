package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Lasting drafts in memory. They don't expire. Thread-safe. */
public final class MemoryLastingDrafts implements LastingDrafts {

    private static final Refusal TAKEN_OVER = new Refusal(Reason.CONFLICT, "another request has taken the draft over");

    private final Beginning store;
    private final Instant expires;
    private final long maxBytes;

    // Guarded by this.
    private final Map<String, Kept> drafts = new LinkedHashMap<>();
    private int lastName;

    /** Begins a draft in the store that holds the records. */
    @FunctionalInterface
    public interface Beginning {
        Result<Draft> begin(WriteRequest request) throws IOException;
    }

    /**
     * Creates the service.
     *
     * @param store where drafts are committed
     * @param expires when drafts expire, as far as clients are told
     * @param maxBytes the maximum size of a record
     */
    public MemoryLastingDrafts(Beginning store, Instant expires, long maxBytes) {
        this.store = store;
        this.expires = expires;
        this.maxBytes = maxBytes;
    }

    /** The names of all drafts, including committed ones. */
    public synchronized List<String> names() {
        return List.copyOf(drafts.keySet());
    }

    @Override
    public long maxBytes() {
        return maxBytes;
    }

    private final class Kept {
        private final String name;
        private final String user;
        private final Map<String, String> notes;
        private RecordPath path;
        private OptionalLong length;
        private byte[] bytes = new byte[0];
        private Optional<String> base = Optional.empty();
        private Held holder;
        private Optional<Change> committed = Optional.empty();

        Kept(WriteRequest request, Map<String, String> notes) {
            name = String.format("%032x", ++lastName);
            user = request.user().name();
            path = request.path();
            length = request.length();
            this.notes = notes;
        }

        LastingDraft state() {
            long size = committed
                    .map(change -> change.version().size())
                    .orElseGet(() -> holder == null ? (long) bytes.length : holder.size());
            return new LastingDraft(
                    name,
                    path,
                    length,
                    size,
                    expires,
                    notes,
                    committed.isPresent(),
                    committed.flatMap(change -> change.version().etag()));
        }

        void committed(Change change) {
            holder = null;
            length = OptionalLong.of(change.version().size());
            committed = Optional.of(change);
        }

        void release() {
            if (holder != null) {
                bytes = holder.remaining();
                holder = null;
            }
        }
    }

    private Kept add(Kept draft) {
        drafts.put(draft.name, draft);
        return draft;
    }

    private Optional<Refusal> refuse(WriteRequest request) throws IOException {
        if (request.path().isRoot()) {
            return Optional.empty();
        }
        Result<Draft> begun = store.begin(request);
        if (!begun.isRefused()) {
            begun.get().close();
        }
        return begun.refusal();
    }

    @Override
    public synchronized Result<LastingDraft> create(WriteRequest request, Map<String, String> notes)
            throws IOException {
        Optional<Refusal> refusal = refuse(request);
        return refusal.isPresent()
                ? Result.refused(refusal.get())
                : Result.done(add(new Kept(request, notes)).state());
    }

    @Override
    public synchronized Result<LastingDraft> keep(Draft draft, Map<String, String> notes) throws IOException {
        if (!(draft instanceof MemoryDraft ordinary) || ordinary.request() == null) {
            throw new IllegalArgumentException("this draft can't be kept: " + draft);
        }
        Kept kept = add(new Kept(ordinary.request(), notes));
        kept.base = draft.baseEtag();
        kept.bytes = ordinary.bytes();
        draft.close();
        return Result.done(kept.state());
    }

    @Override
    public synchronized Result<Joined> join(WriteRequest request, List<String> names, Map<String, String> notes)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String name : names) {
            Result<Kept> part = get(request.user(), name);
            if (part.isRefused()) {
                return Result.refused(part.refusal().orElseThrow());
            }
            part.get().release();
            bytes.writeBytes(part.get().bytes);
        }
        Optional<Refusal> refusal = refuse(request.withLength(OptionalLong.of(bytes.size())));
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        Kept joined = new Kept(request, notes);
        joined.bytes = bytes.toByteArray();
        joined.holder = new Held(joined, request, Remaining.RECEIVED);
        return Result.done(new Joined(joined.name, joined.holder));
    }

    @Override
    public synchronized List<LastingDraft> list(User user, RecordPath path) {
        List<LastingDraft> found = new ArrayList<>();
        for (Kept draft : drafts.values()) {
            boolean isThere = path.isRoot() || draft.path.equals(path) || draft.path.isBelow(path);
            if (draft.user.equals(user.name()) && draft.committed.isEmpty() && isThere) {
                found.add(0, draft.state());
            }
        }
        return found;
    }

    private Result<Kept> get(User user, String name) {
        Kept draft = drafts.get(name);
        if (draft == null) {
            return Result.refused(Reason.NOT_FOUND, "there is no such draft");
        }
        return draft.user.equals(user.name())
                ? Result.done(draft)
                : Result.refused(Reason.FORBIDDEN, "the draft belongs to another user");
    }

    @Override
    public synchronized Result<LastingDraft> find(User user, String name) {
        return get(user, name).then(draft -> Result.done(draft.state()));
    }

    @Override
    public synchronized Result<LastingDraft> release(User user, String name) {
        return get(user, name).then(draft -> {
            draft.release();
            return Result.done(draft.state());
        });
    }

    @Override
    public synchronized Result<LastingDraft> remove(User user, String name) {
        return get(user, name).then(draft -> {
            draft.release();
            drafts.remove(name);
            return Result.done(draft.state());
        });
    }

    @Override
    public synchronized Result<Draft> resume(WriteRequest request, String name, Remaining remaining)
            throws IOException {
        Result<Kept> found = get(request.user(), name);
        if (found.isRefused()) {
            return Result.refused(found.refusal().orElseThrow());
        }
        Kept draft = found.get();
        if (draft.committed.isPresent()) {
            return Result.refused(Reason.CONFLICT, "the draft is committed already");
        }
        draft.release();
        OptionalLong length = request.length().isPresent() ? request.length() : draft.length;
        boolean differs = draft.length.isPresent() && !draft.length.equals(length);
        if (differs || length.orElse(Long.MAX_VALUE) < draft.bytes.length) {
            return Result.refused(Reason.BAD_REQUEST, "the length differs");
        }
        if (!draft.path.equals(request.path())) {
            draft.base = Optional.empty();
        }
        Optional<String> base = draft.base;
        WriteRequest conditional = base.isEmpty()
                ? request
                : request.withPrecondition(request.precondition()
                        .and(current -> current.flatMap(RecordVersion::etag).equals(base)));
        Optional<Refusal> refusal = refuse(conditional);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        draft.path = request.path();
        draft.length = length;
        draft.holder = new Held(draft, conditional.withLength(length), remaining);
        return Result.done(draft.holder);
    }

    private final class Held extends MemoryDraft {
        private final Kept draft;
        private final boolean keepsOnlySynced;
        private long synced;

        Held(Kept draft, WriteRequest request, Remaining remaining) {
            super(request, draft.base, draft.bytes);
            this.draft = draft;
            keepsOnlySynced = remaining == Remaining.SYNCED;
            synced = size();
        }

        private byte[] remaining() {
            if (keepsOnlySynced && size() > synced) {
                super.truncate(synced);
            }
            return bytes();
        }

        private boolean isLost() {
            return draft.holder != this;
        }

        @Override
        public Optional<Refusal> write(long offset, ByteBuffer source) {
            synchronized (MemoryLastingDrafts.this) {
                if (isLost()) {
                    return Optional.of(TAKEN_OVER);
                }
                return offset + source.remaining() > request().length().orElse(maxBytes)
                        ? Optional.of(new Refusal(Reason.BAD_REQUEST, "too long"))
                        : super.write(offset, source);
            }
        }

        @Override
        public Optional<Refusal> truncate(long size) {
            synchronized (MemoryLastingDrafts.this) {
                return isLost() ? Optional.of(TAKEN_OVER) : super.truncate(size);
            }
        }

        @Override
        public Result<Integer> read(long offset, ByteBuffer target) {
            synchronized (MemoryLastingDrafts.this) {
                return isLost() ? Result.refused(TAKEN_OVER) : super.read(offset, target);
            }
        }

        @Override
        public Optional<Refusal> sync() {
            synchronized (MemoryLastingDrafts.this) {
                synced = size();
                return isLost() ? Optional.of(TAKEN_OVER) : Optional.empty();
            }
        }

        /** What is done with the bytes in the store. */
        private interface Use<T> {
            Result<T> apply(Draft draft) throws IOException;
        }

        private <T> Result<T> inStore(Use<T> use) throws IOException {
            if (isLost()) {
                return Result.refused(TAKEN_OVER);
            }
            if (request().path().isRoot()) {
                return Result.refused(Reason.BAD_REQUEST, "the draft has no path yet");
            }
            Result<Draft> begun = store.begin(request());
            if (begun.isRefused()) {
                return Result.refused(begun.refusal().orElseThrow());
            }
            try (Draft record = begun.get()) {
                Optional<Refusal> refusal = record.append(ByteBuffer.wrap(bytes()));
                return refusal.isPresent() ? Result.refused(refusal.get()) : use.apply(record);
            }
        }

        @Override
        public Result<List<ValidatorId>> validate() throws IOException {
            synchronized (MemoryLastingDrafts.this) {
                return inStore(Draft::validate);
            }
        }

        @Override
        public Result<Change> commit() throws IOException {
            synchronized (MemoryLastingDrafts.this) {
                Result<Change> result = inStore(Draft::commit);
                if (!result.isRefused()) {
                    draft.committed(result.get());
                    add(draft);
                }
                return result;
            }
        }

        @Override
        public Result<Change> reject(Refusal refusal) throws IOException {
            synchronized (MemoryLastingDrafts.this) {
                Result<Change> result = inStore(record -> record.reject(refusal));
                if (!result.isRefused()) {
                    draft.holder = null;
                    drafts.remove(draft.name);
                }
                return result;
            }
        }

        @Override
        public void discard() {
            synchronized (MemoryLastingDrafts.this) {
                if (!isLost()) {
                    draft.holder = null;
                    drafts.remove(draft.name);
                }
            }
        }

        @Override
        public void close() {
            synchronized (MemoryLastingDrafts.this) {
                if (!isLost()) {
                    draft.release();
                }
            }
        }
    }
}
