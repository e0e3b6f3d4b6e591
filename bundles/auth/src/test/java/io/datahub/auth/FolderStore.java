package io.datahub.auth;

import io.datahub.api.Home;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeListener;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Draft;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import io.datahub.test.memory.MemoryDraft;
import io.datahub.test.memory.MemoryReading;
import io.datahub.test.memory.UnsupportedRecordStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A store that holds only the users record, in a directory. Listeners are notified before a commit returns. */
final class FolderStore extends UnsupportedRecordStore implements Home {

    private final Path root;
    private final Path file;
    private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger version = new AtomicInteger();
    private volatile Optional<Refusal> refusal = Optional.empty();
    private volatile boolean settled = true;
    private volatile boolean broken;
    private final AtomicInteger begun = new AtomicInteger();

    FolderStore(Path root) throws IOException {
        this.root = root;
        this.file = RecordPath.USERS.under(Files.createDirectories(root.resolve("files")));
        Files.createDirectories(state());
    }

    @Override
    public Path root() {
        return root;
    }

    void listener(ChangeListener listener) {
        listeners.add(listener);
    }

    /** Refuses every write from now on; empty accepts them again. */
    void refuse(Optional<Refusal> writes) {
        refusal = writes;
    }

    /** Whether every read fails, as with a broken disk. */
    void breakDown(boolean fails) {
        broken = fails;
    }

    /** The number of writes that were started. */
    int begun() {
        return begun.get();
    }

    String text() throws IOException {
        return Files.readString(file);
    }

    /** Changes the file like an editor, before the change has settled. */
    void edit(String text) throws IOException {
        Files.writeString(file, text);
        settled = false;
    }

    /** The change has settled and was validated. */
    void settle() {
        settled = true;
        notifyListener(Change.Type.UPDATED, Optional.empty());
    }

    /** Deletes the file. */
    void lose() throws IOException {
        Files.deleteIfExists(file);
        notifyListener(Change.Type.DELETED, Optional.empty());
    }

    /** Replaces the record without any checks. */
    void put(String text) throws IOException {
        synchronized (this) {
            Files.writeString(file, text);
        }
        notifyListener(Change.Type.UPDATED, Optional.of("editor"));
    }

    /** Replaces the record, as another hub does whose change isn't announced here yet. */
    synchronized void replaceElsewhere(String text) throws IOException {
        Files.writeString(file, text);
        version.incrementAndGet();
    }

    /** Announces a change of another hub. */
    void announce() {
        notifyListener(Change.Type.UPDATED, Optional.of("editor"));
    }

    private Change notifyListener(Change.Type type, Optional<String> user) {
        int sequence = version.incrementAndGet();
        RecordVersion now =
                new RecordVersion(RecordPath.USERS, 0, Instant.EPOCH, Optional.of(etag()), Optional.empty());
        Change change = new Change(type, new Cursor("e", sequence), Instant.EPOCH, now, user, List.of(), "", "{}");
        listeners.forEach(
                listener -> listener.changed(change).toCompletableFuture().join());
        return change;
    }

    private String etag() {
        return "\"" + version.get() + "\"";
    }

    @Override
    public synchronized Result<RecordVersion> find(User user, RecordPath path) throws IOException {
        if (broken) {
            throw new IOException("the disk is broken");
        }
        if (!Files.exists(file)) {
            return Result.refused(Reason.NOT_FOUND, "there is no record " + path);
        }
        return Result.done(new RecordVersion(
                path, Files.size(file), Instant.EPOCH, Optional.of(etag()).filter(tag -> settled), Optional.empty()));
    }

    @Override
    public Result<Reading> open(User user, RecordPath path) throws IOException {
        Result<RecordVersion> found = find(user, path);
        if (found.isRefused()) {
            return Result.refused(found.refusal().orElseThrow());
        }
        return Result.done(new MemoryReading(found.get(), Files.readAllBytes(file), () -> {}));
    }

    @Override
    public Result<Draft> begin(WriteRequest request) {
        begun.incrementAndGet();
        return Result.done(new Writing(request));
    }

    private final class Writing extends MemoryDraft {
        private final WriteRequest request;

        Writing(WriteRequest request) {
            this.request = request;
        }

        @Override
        public Result<List<ValidatorId>> validate() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Result<Change> commit() throws IOException {
            synchronized (FolderStore.this) {
                if (refusal.isPresent()) {
                    return Result.refused(refusal.get());
                }
                Result<RecordVersion> current = find(User.HUB, RecordPath.USERS);
                if (!request.precondition()
                        .holds(current.isRefused() ? Optional.empty() : Optional.of(current.get()))) {
                    return Result.refused(Reason.PRECONDITION_FAILED, "somebody was faster");
                }
                Path part = Files.createTempFile(root, "upload", "");
                Files.write(part, bytes());
                Files.move(part, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            }
            return Result.done(notifyListener(
                    Change.Type.UPDATED, Optional.of(request.user().name())));
        }
    }
}
