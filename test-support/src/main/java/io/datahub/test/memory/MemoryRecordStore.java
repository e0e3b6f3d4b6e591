package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.Listing;
import io.datahub.api.record.MoveRequest;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.StorageSpace;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * A record store in memory, with its journal. It follows every rule of the interface; only what needs a medium is
 * missing: nothing outlives it, and nothing can fail unless a test wants it. Thread-safe.
 */
public final class MemoryRecordStore implements RecordStore {

    /** Guarded by this, like all that uses it. */
    private final MemoryTree tree = new MemoryTree();

    private final MemoryGuard guard = new MemoryGuard(tree);
    private final MemoryLimits limits = new MemoryLimits(tree);
    private final MemoryChangeJournal journal = new MemoryChangeJournal();
    private final MemoryValidation validation = new MemoryValidation();
    private final MemoryWriter writer = new MemoryWriter(tree, journal);
    private final MemoryMoves moves = new MemoryMoves(tree, guard, validation, writer);
    private final List<Consumer<? super Change>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger openReadings = new AtomicInteger();
    private final AtomicInteger openDrafts = new AtomicInteger();
    private volatile RecordUrls urls = RecordUrls.RELATIVE;
    private final AtomicInteger working = new AtomicInteger(Integer.MAX_VALUE);
    private volatile WriteRequest lastWrite;
    private volatile MoveRequest lastMove;
    private volatile Optional<IOException> failure = Optional.empty();

    /** Its journal. */
    public MemoryChangeJournal journal() {
        return journal;
    }

    /** Adds a listener, which is notified of each change before its author receives the answer. */
    public void addListener(Consumer<? super Change> listener) {
        listeners.add(listener);
    }

    /** Adds a validator for the paths that match a pattern. */
    public void addValidator(ValidatorId id, String pattern, Validator validator) {
        validation.add(id, pattern, validator);
    }

    /** Sets the maximum size of a record, in bytes. */
    public synchronized void setMaxBytes(long bytes) {
        limits.setMaxBytes(bytes);
    }

    /** Limits what is stored below a prefix. */
    public synchronized void addQuota(String prefix, long bytes, long files) {
        limits.addQuota(prefix, bytes, files);
    }

    /** Sets the clock for the modification times of records and directories. */
    public synchronized void setClock(InstantSource clock) {
        tree.setClock(clock);
        writer.setClock(clock);
    }

    /** Sets the entity tags of new versions, by the number of their change. */
    public synchronized void setEtags(LongFunction<String> etags) {
        writer.setEtags(etags);
    }

    /** Makes a record one that another program is changing: its version has no entity tag. */
    public synchronized void setEdited(String path) {
        tree.setEdited(RecordPath.of(path));
    }

    /** The bytes of all records. */
    public synchronized Map<RecordPath, byte[]> records() {
        Map<RecordPath, byte[]> all = new TreeMap<>();
        tree.all().forEach(stored -> all.put(stored.version().path(), stored.bytes()));
        return all;
    }

    /** The last request to write, delete or create something. */
    public WriteRequest lastWrite() {
        return lastWrite;
    }

    /** The last request to move something. */
    public MoveRequest lastMove() {
        return lastMove;
    }

    /** Lets every operation fail like one whose disk failed, after some that don't. */
    public void failAfter(int operations) {
        working.set(operations);
    }

    /** Lets every operation fail like one whose disk failed, or work again. */
    public void setFailure(Optional<IOException> thrown) {
        failure = thrown;
    }

    private void requireWorking() throws IOException {
        if (failure.isPresent()) {
            throw new IOException(failure.get());
        }
        if (working.getAndDecrement() <= 0) {
            throw new IOException("the disk is gone");
        }
    }

    /** The number of readings and drafts that nobody has closed. */
    public int open() {
        return openReadings.get() + openDrafts.get();
    }

    /** Writes a record as the hub; for the preparation of tests. */
    public Change put(String path, String text) {
        return put(path, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a record as the hub; for the preparation of tests. */
    public Change put(String path, byte[] bytes) {
        try (Draft draft =
                begin(new WriteRequest(User.HUB, "test", RecordPath.of(path))).get()) {
            draft.append(ByteBuffer.wrap(bytes));
            return draft.commit().get();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public Result<Draft> begin(WriteRequest request) throws IOException {
        return begin(request, false);
    }

    @Override
    public Result<Draft> edit(WriteRequest request) throws IOException {
        return begin(request, true);
    }

    private synchronized Result<Draft> begin(WriteRequest request, boolean edit) throws IOException {
        lastWrite = request;
        requireWorking();
        Optional<Refusal> refusal = guard.refuseWrite(request)
                .or(() -> limits.refuseSize(request.length().orElse(0)));
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        Optional<MemoryTree.Stored> base = edit ? tree.record(request.path()) : Optional.empty();
        StoredDraft draft = new StoredDraft(this, request, base);
        refusal = claim(draft, request, Math.max(draft.size(), request.length().orElse(0)));
        if (refusal.isPresent()) {
            limits.release(draft);
            return Result.refused(refusal.get());
        }
        openDrafts.incrementAndGet();
        return Result.done(draft);
    }

    synchronized Optional<Refusal> claim(StoredDraft draft, WriteRequest request, long bytes) {
        return limits.refuseSize(bytes).or(() -> limits.claim(draft, request.path(), bytes));
    }

    synchronized void release(StoredDraft draft) {
        limits.release(draft);
        openDrafts.decrementAndGet();
    }

    synchronized Optional<MemoryTree.Stored> current(RecordPath path) {
        return tree.record(path);
    }

    MemoryValidation validation() {
        return validation;
    }

    /** Makes validated bytes the new version. */
    synchronized Result<Change> commit(
            StoredDraft draft, WriteRequest request, byte[] bytes, String sha256, List<ValidatorId> validators)
            throws IOException {
        requireWorking();
        Optional<Refusal> refusal = guard.refuseWrite(request).or(() -> claim(draft, request, bytes.length));
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        limits.release(draft);
        return Result.done(announce(
                writer.write(request.path(), bytes, sha256, request.clientModified(), request.user(), validators)));
    }

    /** Announces that bytes were refused. */
    synchronized Change reject(WriteRequest request, long size, String sha256) throws IOException {
        requireWorking();
        return announce(writer.reject(request.path(), size, sha256, request.user()));
    }

    private Change announce(Change change) {
        listeners.forEach(listener -> listener.accept(change));
        return change;
    }

    @Override
    public synchronized Result<List<Change>> delete(WriteRequest request) throws IOException {
        requireWorking();
        Optional<Refusal> refusal = guard.refuseDelete(request);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        RecordPath path = request.path();
        if (!tree.isDirectory(path)) {
            return Result.done(List.of(announce(writer.delete(tree.record(path).orElseThrow(), request.user()))));
        }
        if (!tree.isEmpty(path)) {
            return Result.refused(Reason.CONFLICT, "the directory " + path + " is not empty");
        }
        tree.remove(path);
        return Result.done(List.of());
    }

    @Override
    public synchronized Result<List<Change>> deleteTree(WriteRequest request) throws IOException {
        requireWorking();
        RecordPath path = request.path();
        Optional<Refusal> refusal = guard.refuseDelete(request);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        if (!tree.isDirectory(path)) {
            return delete(request);
        }
        List<Change> changes = new ArrayList<>();
        for (MemoryTree.Stored stored : tree.below(path)) {
            changes.add(announce(writer.delete(stored, request.user())));
        }
        writer.removeDirectory(path);
        return Result.done(changes);
    }

    @Override
    public synchronized Result<List<Change>> move(MoveRequest request) throws IOException {
        lastMove = request;
        requireWorking();
        Optional<User> user = request.currentUser().get();
        if (user.isEmpty()) {
            return Result.refused(Reason.UNAUTHENTICATED, "the credentials were revoked");
        }
        Result<List<MemoryMoves.Moved>> plan = moves.plan(request.withUser(user.get()));
        if (plan.isRefused()) {
            return Result.refused(plan.refusal().orElseThrow());
        }
        List<Change> changes = moves.carryOut(request, user.get(), plan.get());
        changes.forEach(this::announce);
        return Result.done(changes);
    }

    @Override
    public synchronized Result<Boolean> mkdir(WriteRequest request) throws IOException {
        lastWrite = request;
        requireWorking();
        Optional<Refusal> refusal = guard.refuseDirectory(request);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        boolean created = !tree.isDirectory(request.path());
        tree.createDirectory(request.path());
        return Result.done(created);
    }

    @Override
    public synchronized Result<RecordPath> rmdir(WriteRequest request) throws IOException {
        requireWorking();
        Optional<Refusal> refusal = guard.refuseDelete(request);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        RecordPath path = request.path();
        if (!tree.isDirectory(path) || !tree.isEmpty(path)) {
            return Result.refused(Reason.CONFLICT, path + " isn't an empty directory");
        }
        tree.remove(path);
        return Result.done(path);
    }

    @Override
    public synchronized Result<RecordVersion> setClientModified(WriteRequest request) throws IOException {
        requireWorking();
        Optional<Refusal> refusal = guard.refuseClientTime(request);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        return Result.done(tree.setClientModified(request.path(), request.clientModified()));
    }

    @Override
    public synchronized Result<Listing.Entry> stat(User user, RecordPath path) throws IOException {
        requireWorking();
        boolean exists = tree.isDirectory(path) || tree.record(path).isPresent();
        return entry(user, path)
                .map(Result::done)
                .orElseGet(() -> !exists && user.mayRead(path)
                        ? Result.refused(Reason.NOT_FOUND, "there is nothing at " + path)
                        : Result.refused(Reason.FORBIDDEN, "you have no grant to read " + path));
    }

    @Override
    public synchronized Result<RecordVersion> find(User user, RecordPath path) throws IOException {
        requireWorking();
        return guard.refuseRead(user, path)
                .<Result<RecordVersion>>map(Result::refused)
                .orElseGet(() -> Result.done(tree.version(path).orElseThrow()));
    }

    @Override
    public synchronized Optional<RecordVersion> peek(User user, RecordPath path) throws IOException {
        requireWorking();
        return guard.refuseRead(user, path).isPresent() ? Optional.empty() : tree.version(path);
    }

    @Override
    public synchronized Result<Reading> open(User user, RecordPath path) throws IOException {
        requireWorking();
        Optional<Refusal> refusal = guard.refuseRead(user, path);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        openReadings.incrementAndGet();
        MemoryTree.Stored stored = tree.record(path).orElseThrow();
        return Result.done(new MemoryReading(stored.version(), stored.bytes(), openReadings::decrementAndGet));
    }

    @Override
    public synchronized Result<Listing> list(User user, RecordPath directory, String after, int limit)
            throws IOException {
        requireWorking();
        Optional<Refusal> refusal = guard.refuseList(user, directory);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        NavigableSet<String> names = tree.names(directory);
        List<Listing.Entry> entries = new ArrayList<>();
        Optional<String> next = Optional.empty();
        for (String name : after.isEmpty() ? names : names.tailSet(after, false)) {
            Optional<Listing.Entry> entry = entry(user, directory.child(name).get());
            if (entry.isPresent() && entries.size() == limit) {
                next = Optional.of(entries.get(limit - 1).name());
                break;
            }
            entry.ifPresent(entries::add);
        }
        return Result.done(new Listing(directory, entries, next, journal.head()));
    }

    private Optional<Listing.Entry> entry(User user, RecordPath path) {
        if (tree.isDirectory(path)) {
            return user.mayEnter(path) ? Optional.of(tree.directoryEntry(path)) : Optional.empty();
        }
        return tree.version(path).filter(version -> user.mayRead(path)).map(Listing.Entry::of);
    }

    @Override
    public synchronized Result<StorageSpace> space(User user, RecordPath path) throws IOException {
        requireWorking();
        return user.mayRead(path) || user.mayCreate(path) || user.mayEnter(path) || user.mayCreateIn(path)
                ? Result.done(limits.space(path))
                : Result.refused(Reason.FORBIDDEN, "you have no grant for " + path);
    }

    /** Sets the URL at which clients reach the hub. */
    public void setPublicUrl(String url) {
        urls = RecordUrls.of(url);
    }

    @Override
    public RecordUrls urls() {
        return urls;
    }
}
