package io.datahub.cluster.draft;

import io.datahub.api.cluster.LedgerDraft;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.WriteRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** States of lasting drafts, and how one becomes the next. */
final class DraftStates {

    private DraftStates() {}

    /** A new draft. */
    static LedgerDraft create(
            String name,
            WriteRequest request,
            Map<String, String> notes,
            String baseEtag,
            List<LedgerDraft.Part> parts) {
        return new LedgerDraft(
                name,
                request.user().name(),
                request.path(),
                request.length(),
                size(parts),
                baseEtag,
                notes,
                Map.of(),
                parts,
                0,
                Instant.EPOCH,
                false);
    }

    private static long size(List<LedgerDraft.Part> parts) {
        return parts.stream().mapToLong(LedgerDraft.Part::length).sum();
    }

    /** The draft with other bytes. */
    static LedgerDraft withParts(LedgerDraft draft, List<LedgerDraft.Part> parts) {
        return with(draft, draft.path(), draft.length(), draft.etag(), parts);
    }

    /** The draft with one more part. */
    static LedgerDraft withPart(LedgerDraft draft, LedgerDraft.Part part) {
        List<LedgerDraft.Part> parts = new ArrayList<>(draft.parts());
        parts.add(part);
        return withParts(draft, parts);
    }

    /** The draft with its total length. */
    static LedgerDraft withLength(LedgerDraft draft, OptionalLong length) {
        return with(draft, draft.path(), length, draft.etag(), draft.parts());
    }

    /** The draft as one of a path, which may be another one; it doesn't depend on a version then. */
    static LedgerDraft of(LedgerDraft draft, RecordPath path, OptionalLong length) {
        return with(draft, path, length, path.equals(draft.path()) ? draft.etag() : "", draft.parts());
    }

    private static LedgerDraft with(
            LedgerDraft draft, RecordPath path, OptionalLong length, String etag, List<LedgerDraft.Part> parts) {
        return new LedgerDraft(
                draft.name(),
                draft.user(),
                path,
                length,
                size(parts),
                etag,
                draft.notes(),
                draft.state(),
                parts,
                draft.generation(),
                draft.expires(),
                draft.committed());
    }

    /**
     * The draft as transports see it.
     *
     * @param size the number of bytes that are there
     */
    static LastingDraft shown(LedgerDraft draft, long size) {
        return new LastingDraft(
                draft.name(),
                draft.path(),
                draft.length(),
                draft.committed() ? draft.length().orElse(0) : size,
                draft.expires(),
                draft.notes(),
                draft.committed(),
                Optional.of(draft.etag()).filter(tag -> draft.committed() && !tag.isEmpty()));
    }
}
