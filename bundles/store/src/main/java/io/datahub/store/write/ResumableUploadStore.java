package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.PartialUpload;
import io.datahub.api.record.ResumableUploads;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.store.core.IoErrors;
import io.datahub.store.core.StoreContext;
import io.datahub.store.metadata.PartialUploadEntry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Creates, resumes, concatenates and removes resumable uploads. Thread-safe. */
public final class ResumableUploadStore implements ResumableUploads {

    private final StoreContext context;
    private final Uploads uploads;
    private final UploadAdmission admission;
    private final UploadCommitter committer;
    private final PartialUploads partialUploads;

    /** Loads the existing uploads. Called after recovery. */
    public ResumableUploadStore(
            StoreContext context, Uploads uploads, UploadAdmission admission, UploadCommitter committer)
            throws IOException {
        this.context = context;
        this.uploads = uploads;
        this.admission = admission;
        this.committer = committer;
        partialUploads = new PartialUploads(context, admission);
    }

    @Override
    public long maxBytes() {
        return context.settings().get().maxUploadBytes();
    }

    @Override
    public Result<PartialUpload> create(WriteRequest request, Map<String, String> notes) throws IOException {
        return IoErrors.translate(() -> create(request, notes, false));
    }

    @Override
    public Result<PartialUpload> createPart(WriteRequest request, Map<String, String> notes) throws IOException {
        return IoErrors.translate(() -> create(request, notes, true));
    }

    private Result<PartialUpload> create(WriteRequest request, Map<String, String> notes, boolean isPart)
            throws IOException {
        Optional<Refusal> refusal = refuse(request, isPart, request.length().orElse(0))
                .or(() -> partialUploads.refuseTooMany(request.user()));
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        Result<Quotas.Claim> claim = admission.claim(request);
        if (claim.isRefused()) {
            return Result.refused(claim.refusal().orElseThrow());
        }
        boolean created = false;
        try {
            PartialFile upload = partialUploads.create(request, notes, isPart, claim.get());
            created = true;
            return Result.done(upload.state(partialUploads.keep()));
        } finally {
            if (!created) {
                claim.get().close();
            }
        }
    }

    private Optional<Refusal> refuse(WriteRequest request, boolean isPart, long remaining) throws IOException {
        return isPart ? admission.refusePart(request, remaining) : admission.refuse(request, remaining);
    }

    @Override
    public Result<PartialUpload> find(User user, String name) throws IOException {
        return IoErrors.translate(() -> state(partialUploads.find(user, name)));
    }

    private Result<PartialUpload> state(Result<PartialFile> found) throws IOException {
        return found.isRefused()
                ? Result.refused(found.refusal().orElseThrow())
                : Result.done(found.get().state(partialUploads.keep()));
    }

    @Override
    public Result<Continuation> resume(WriteRequest request, String name, long offset) throws IOException {
        return IoErrors.translate(() -> {
            Result<PartialFile> found = partialUploads.find(request.user(), name);
            return found.isRefused()
                    ? Result.refused(found.refusal().orElseThrow())
                    : resume(request, found.get(), offset);
        });
    }

    private Result<Continuation> resume(WriteRequest request, PartialFile upload, long offset) throws IOException {
        PartialUploadEntry entry = upload.entry();
        if (!entry.path().equals(request.path())) {
            throw new IllegalArgumentException("the request is for another record than the upload " + upload.name());
        }
        WriteRequest sized = entry.hasLength() && request.length().isEmpty()
                ? request.withLength(OptionalLong.of(entry.length()))
                : request;
        Optional<Refusal> refusal = entry.isDone()
                ? Optional.empty()
                : refuse(sized, entry.isPart(), Math.max(0, sized.length().orElse(0) - offset));
        boolean declaresLength = !entry.hasLength() && sized.length().isPresent();
        if (refusal.isEmpty() && declaresLength) {
            refusal = upload.claim().raise(sized.length().getAsLong());
        }
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        Result<UploadLimiter.Slot> slot = admission.acquireSlot(request);
        if (slot.isRefused()) {
            return Result.refused(slot.refusal().orElseThrow());
        }
        boolean begun = false;
        try {
            Result<Continuation> append = append(sized, upload, offset, slot.get());
            if (!append.isRefused() && declaresLength) {
                partialUploads.save(upload);
            }
            begun = !append.isRefused();
            return append;
        } finally {
            if (!begun) {
                slot.get().close();
            }
        }
    }

    private Result<Continuation> append(WriteRequest request, PartialFile upload, long offset, UploadLimiter.Slot slot)
            throws IOException {
        return upload.resume(
                        request,
                        offset,
                        staged -> new UploadAppend(
                                upload,
                                request,
                                staged,
                                admission.receive(request, staged, slot),
                                admission,
                                committer,
                                partialUploads))
                .then(Result::done);
    }

    @Override
    public Result<Concatenation> concatenate(WriteRequest request, List<String> parts, Map<String, String> notes)
            throws IOException {
        return IoErrors.translate(() -> join(request, parts, notes));
    }

    private Result<Concatenation> join(WriteRequest request, List<String> names, Map<String, String> notes)
            throws IOException {
        List<PartialFile> parts = new ArrayList<>();
        for (String name : names) {
            Result<PartialFile> part = partialUploads.find(request.user(), name);
            if (part.isRefused()) {
                return Result.refused(part.refusal().orElseThrow());
            }
            if (!part.get().isPart()) {
                return Result.refused(Reason.BAD_REQUEST, name + " is an upload of its own and not a part");
            }
            parts.add(part.get());
        }
        try (PartConcatenation held = new PartConcatenation(uploads, parts)) {
            Result<Change> committed = held.commit(request);
            if (committed.isRefused()) {
                return Result.refused(committed.refusal().orElseThrow());
            }
            Change change = committed.get();
            PartialFile upload = partialUploads.replace(
                    held,
                    request,
                    notes,
                    change.version().size(),
                    change.version().etag().orElse(""));
            return Result.done(new Concatenation(upload.state(partialUploads.keep()), change));
        }
    }

    @Override
    public Result<PartialUpload> remove(User user, String name) throws IOException {
        return IoErrors.translate(() -> {
            Result<PartialFile> found = partialUploads.find(user, name);
            Result<PartialUpload> state = state(found);
            return found.isRefused() || partialUploads.delete(found.get())
                    ? state
                    : Result.refused(
                            Refusal.unavailable("the upload is being committed; retry", Duration.ofSeconds(1)));
        });
    }

    /** Deletes expired uploads. */
    public void expire(Instant now) throws IOException {
        partialUploads.expire(now);
    }
}
