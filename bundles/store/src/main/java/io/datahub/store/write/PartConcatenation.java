package io.datahub.store.write;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.WriteRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Parts that are concatenated to one record. They are locked against writes and removal until this is closed. Their
 * bytes are copied as an upload of its own, so that a refusal or a crash leaves them unchanged. Not thread-safe.
 */
final class PartConcatenation implements AutoCloseable {

    private static final int COPY_BYTES = 1 << 18;

    private final Uploads uploads;
    private final List<PartialFile> inOrder;
    private final Set<PartialFile> held = new LinkedHashSet<>();
    private boolean removed;

    PartConcatenation(Uploads uploads, List<PartialFile> inOrder) {
        this.uploads = uploads;
        this.inOrder = inOrder;
    }

    List<String> names() {
        return held.stream().map(PartialFile::name).toList();
    }

    /** Commits the concatenated parts as a record. */
    Result<Change> commit(WriteRequest request) throws IOException {
        for (PartialFile part : new LinkedHashSet<>(inOrder)) {
            Optional<Refusal> refusal = part.hold();
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            held.add(part);
            // The record's claim replaces theirs; {@link #close} restores them if it fails.
            part.claim().close();
        }
        long length = inOrder.stream().mapToLong(part -> part.entry().length()).sum();
        Result<Draft> begun = uploads.begin(request.withLength(OptionalLong.of(length)));
        if (begun.isRefused()) {
            return Result.refused(begun.refusal().orElseThrow());
        }
        try (Draft record = begun.get()) {
            Optional<Refusal> refusal = copy(record);
            return refusal.isPresent() ? Result.refused(refusal.get()) : record.commit();
        }
    }

    private Optional<Refusal> copy(Draft record) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
        for (PartialFile part : inOrder) {
            try (FileChannel bytes =
                    FileChannel.open(part.file(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
                while (bytes.read(buffer.clear()) >= 0) {
                    Optional<Refusal> refusal = record.append(buffer.flip());
                    if (refusal.isPresent()) {
                        return refusal;
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** Deletes the parts. */
    void remove() throws IOException {
        removed = true;
        for (PartialFile part : new ArrayList<>(held)) {
            part.setCommitting(false);
            part.remove();
        }
    }

    @Override
    public void close() {
        if (!removed) {
            for (PartialFile part : held) {
                part.claim().reopen();
                part.setCommitting(false);
            }
        }
    }
}
