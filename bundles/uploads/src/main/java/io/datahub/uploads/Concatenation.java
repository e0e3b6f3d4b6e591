package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.LastingDrafts.Joined;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a record of parts. The parts are deleted on success and kept unchanged on refusal.
 *
 * @param parts their names, in order; one may occur more than once
 */
record Concatenation(LastingDrafts drafts, List<String> parts) {

    private static final Logger LOG = LoggerFactory.getLogger(Concatenation.class);

    /**
     * The result.
     *
     * @param upload the complete upload, by which the change can be found again
     */
    record Committed(TusUpload upload, Change change) {}

    /** Commits the parts as a record. */
    Result<Committed> commit(WriteRequest request, Map<String, String> notes) throws IOException {
        for (String name : parts) {
            Optional<Refusal> refusal = refusePart(request.user(), name);
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
        }
        Result<Joined> joined = drafts.join(request, parts, notes);
        if (joined.isRefused()) {
            return Result.refused(joined.refusal().orElseThrow());
        }
        try (Draft draft = joined.get().draft()) {
            Result<Change> change = draft.commit();
            if (change.isRefused()) {
                return Result.refused(change.refusal().orElseThrow());
            }
            removeParts(request.user());
            return drafts.find(request.user(), joined.get().name())
                    .then(found -> Result.done(new Committed(new TusUpload(found), change.get())));
        }
    }

    private Optional<Refusal> refusePart(User user, String name) throws IOException {
        Result<LastingDraft> found = drafts.release(user, name);
        if (found.isRefused()) {
            return found.refusal();
        }
        TusUpload part = new TusUpload(found.get());
        if (!part.isPart()) {
            return Optional.of(new Refusal(Reason.BAD_REQUEST, name + " is an upload of its own and not a part"));
        }
        return part.isComplete()
                ? Optional.empty()
                : Optional.of(new Refusal(
                        Reason.CONFLICT,
                        "the part " + name + " isn't complete: it has "
                                + found.get().size() + " bytes of "
                                + (found.get().length().isPresent()
                                        ? found.get().length().getAsLong()
                                        : "an unknown length")));
    }

    private void removeParts(User user) {
        for (String name : new LinkedHashSet<>(parts)) {
            try {
                drafts.remove(user, name);
            } catch (IOException e) {
                // The record is committed; the part will expire.
                LOG.warn("event=uploads.upload.delete-failed upload={} reason={}", name, LogText.quoted(e));
            }
        }
    }
}
