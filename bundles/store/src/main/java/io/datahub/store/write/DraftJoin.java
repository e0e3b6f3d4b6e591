package io.datahub.store.write;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDrafts.Joined;
import io.datahub.api.record.WriteRequest;
import io.datahub.records.draft.OrdinaryDrafts;
import io.datahub.records.draft.RecordDraft;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Makes drafts of lasting ones. Their bytes are copied, so that a refusal or a crash leaves the lasting ones as they
 * are. Thread-safe.
 */
record DraftJoin(OrdinaryDrafts ordinary, KeptDrafts drafts) {

    private static final int COPY_BYTES = 1 << 18;

    Result<Joined> begin(WriteRequest request, List<String> names, Map<String, String> notes) throws IOException {
        List<KeptDraft> parts = new ArrayList<>();
        for (String name : names) {
            Result<KeptDraft> part = drafts.find(request.user(), name);
            Optional<Refusal> refusal =
                    part.isRefused() ? part.refusal() : part.get().refuseCopy(request.user());
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            parts.add(part.get());
        }
        Set<KeptDraft> held = new LinkedHashSet<>();
        try {
            for (KeptDraft part : new LinkedHashSet<>(parts)) {
                Optional<Refusal> refusal = part.hold();
                if (refusal.isPresent()) {
                    return Result.refused(refusal.get());
                }
                held.add(part);
            }
            return copy(request, parts, held, notes);
        } finally {
            held.forEach(KeptDraft::endCommit);
        }
    }

    private Result<Joined> copy(
            WriteRequest request, List<KeptDraft> parts, Set<KeptDraft> held, Map<String, String> notes)
            throws IOException {
        String name = drafts.newName();
        RecordDraft.Ending ending = new RecordDraft.Ending() {
            @Override
            public void committed(Change change) {
                drafts.addCommitted(name, request, notes, change);
            }

            @Override
            public void closed() {
                held.forEach(KeptDraft::reopenClaim);
            }
        };
        held.forEach(part -> part.claim().close());
        Draft draft = null;
        boolean copied = false;
        try {
            long length = parts.stream().mapToLong(KeptDraft::bytes).sum();
            Result<Draft> begun = ordinary.begin(request.withLength(OptionalLong.of(length)), ending);
            if (begun.isRefused()) {
                return Result.refused(begun.refusal().orElseThrow());
            }
            draft = begun.get();
            Optional<Refusal> refusal = copy(parts, draft);
            copied = refusal.isEmpty();
            return copied ? Result.done(new Joined(name, draft)) : Result.refused(refusal.get());
        } finally {
            if (draft == null) {
                ending.closed();
            } else if (!copied) {
                draft.close();
            }
        }
    }

    private static Optional<Refusal> copy(List<KeptDraft> parts, Draft draft) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
        for (KeptDraft part : parts) {
            try (FileChannel bytes =
                    FileChannel.open(part.file(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
                while (bytes.read(buffer.clear()) >= 0) {
                    Optional<Refusal> refusal = draft.append(buffer.flip());
                    if (refusal.isPresent()) {
                        return refusal;
                    }
                }
            }
        }
        return Optional.empty();
    }
}
