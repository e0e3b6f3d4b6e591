package io.datahub.ssh.rsync;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.ssh.session.Commits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** Stores received files as records, by the rules for every upload. Thread-safe. */
final class FileCommit {

    private static final int BUFFER_BYTES = 1 << 18;

    private final RecordStore store;
    private final Function<RecordPath, WriteRequest> requests;
    private final boolean keepsTimes;

    /**
     * Creates one for a transfer.
     *
     * @param requests the request of the user for a record, without conditions
     * @param keepsTimes whether the times of the files are those of the client
     */
    FileCommit(RecordStore store, Function<RecordPath, WriteRequest> requests, boolean keepsTimes) {
        this.store = store;
        this.requests = requests;
        this.keepsTimes = keepsTimes;
    }

    /**
     * Stores a file, unless the record has these bytes already; then at most its client's time is set.
     *
     * @return whether there is a new version, or the refusal
     * @throws IOException if a disk failed
     */
    Result<Boolean> store(ReceivedFile received) throws IOException {
        Optional<Instant> time = keepsTimes
                ? Optional.of(received.attributes().lastModifiedTime().toInstant())
                : Optional.empty();
        WriteRequest request = requests.apply(received.path())
                .withClientModified(time)
                .withLength(OptionalLong.of(received.attributes().size()));
        try (FileChannel bytes =
                FileChannel.open(received.file(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            Result<RecordVersion> present = store.find(request.user(), received.path());
            if (!present.isRefused() && isSame(present.get(), received, bytes)) {
                return time.isEmpty() || present.get().clientModified().equals(time)
                        ? Result.done(false)
                        : store.setClientModified(request).then(version -> Result.done(false));
            }
            Result<Draft> begun = store.begin(request);
            if (begun.refusal().isPresent()) {
                return Result.refused(begun.refusal().get());
            }
            try (Draft draft = begun.get()) {
                Optional<Refusal> refusal = copy(bytes, draft);
                return refusal.isPresent() ? Result.refused(refusal.get()) : commit(draft);
            }
        }
    }

    private static boolean isSame(RecordVersion version, ReceivedFile received, FileChannel bytes) throws IOException {
        return version.size() == received.attributes().size()
                && version.sha256().isPresent()
                && version.sha256().get().equals(Sha256.hex(bytes));
    }

    private static Optional<Refusal> copy(FileChannel bytes, Draft draft) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(1, Math.min(BUFFER_BYTES, bytes.size())));
        bytes.position(0);
        while (bytes.read(buffer) >= 0) {
            Optional<Refusal> refusal = draft.append(buffer.flip());
            if (refusal.isPresent()) {
                return refusal;
            }
            buffer.clear();
        }
        return Optional.empty();
    }

    private static Result<Boolean> commit(Draft draft) throws IOException {
        return Commits.commit(draft)
                .refusal()
                .<Result<Boolean>>map(Result::refused)
                .orElseGet(() -> Result.done(true));
    }
}
