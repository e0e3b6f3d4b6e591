package io.datahub.cluster.draft;

import io.datahub.api.Refusal;
import io.datahub.api.cluster.Blobs;
import io.datahub.api.cluster.LedgerDraft;
import io.datahub.cluster.write.StagingFolder;
import io.datahub.cluster.write.StoredBlobs;
import io.datahub.records.staging.StagedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The blobs that lasting drafts consist of. Thread-safe. */
record DraftParts(Blobs blobs, StoredBlobs stored, StagingFolder staging) {

    private static final int COPY_BYTES = 1 << 18;

    /** Takes bytes of a draft in order. */
    interface Target {
        Optional<Refusal> append(ByteBuffer bytes) throws IOException;
    }

    /** A new file for bytes. */
    StagedFile newFile(Collection<String> algorithms) throws IOException {
        return new StagedFile(staging.newFile(), algorithms);
    }

    /** Stores bytes of a file as a part. */
    LedgerDraft.Part store(StagedFile file, long from) throws IOException {
        long length = file.size() - from;
        return new LedgerDraft.Part(stored.putPart(file.path(), from, length), length);
    }

    /** Copies the bytes of parts; stops at a refusal. */
    Optional<Refusal> copy(List<LedgerDraft.Part> parts, Target target) throws IOException {
        byte[] buffer = new byte[COPY_BYTES];
        for (LedgerDraft.Part part : parts) {
            try (InputStream in = blobs.open(part.blob(), 0, part.length())) {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    Optional<Refusal> refusal = target.append(ByteBuffer.wrap(buffer, 0, count));
                    if (refusal.isPresent()) {
                        return refusal;
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** Copies a file; stops at a refusal. */
    static Optional<Refusal> copy(StagedFile file, Target target) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
        for (long at = 0; at < file.size(); at += buffer.limit()) {
            file.read(at, buffer.clear());
            buffer.flip();
            Optional<Refusal> refusal = target.append(buffer.duplicate());
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }
}
