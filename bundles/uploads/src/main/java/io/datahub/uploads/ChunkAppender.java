package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.LastingDrafts.Remaining;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.jetty.web.BodyReader;
import io.datahub.jetty.web.Exchange;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Appends request bodies to uploads. */
record ChunkAppender(LastingDrafts drafts, Authenticator authenticator) {

    /**
     * Appends the body of one request.
     *
     * @param length the length of the upload according to the request
     * @param first whether the same request creates the upload
     */
    Optional<Refusal> append(
            Exchange exchange,
            TusUpload upload,
            OptionalLong length,
            long offset,
            Optional<Checksum> checksum,
            boolean first)
            throws IOException {
        OptionalLong uploadLength =
                upload.draft().length().isPresent() ? upload.draft().length() : length;
        long remaining = uploadLength.orElse(Long.MAX_VALUE) - offset;
        if (remaining >= 0 && exchange.request().getLength() > remaining) {
            return Optional.of(new Refusal(Reason.TOO_LARGE, "the chunk exceeds the length of the upload"));
        }
        Optional<Refusal> elsewhere = refuseOffset(upload, offset);
        if (elsewhere.isPresent()) {
            return elsewhere;
        }
        Result<WriteRequest> request =
                request(exchange, upload.draft().path(), length, upload.draft().notes());
        if (request.isRefused()) {
            return request.refusal();
        }
        Remaining kept = checksum.isPresent() ? Remaining.SYNCED : Remaining.RECEIVED;
        Result<Draft> resumed = drafts.resume(request.get(), upload.name(), kept);
        if (resumed.isRefused()) {
            return resumed.refusal();
        }
        Draft draft = resumed.get();
        Optional<Refusal> refusal = goTo(offset, draft, upload, uploadLength);
        if (refusal.isPresent()) {
            draft.close();
            return refusal;
        }
        ChunkUpload chunk = new ChunkUpload(exchange, drafts, upload, uploadLength, draft, checksum, first);
        new BodyReader(exchange.request(), chunk).run();
        return Optional.empty();
    }

    private static Optional<Refusal> refuseOffset(TusUpload upload, long offset) {
        if (upload.draft().isCommitted()) {
            return Optional.of(new Refusal(Reason.CONFLICT, "the upload is complete"));
        }
        return offset == upload.offset() ? Optional.empty() : elsewhere(upload.offset(), offset);
    }

    private static Optional<Refusal> elsewhere(long present, long offset) {
        return Optional.of(new Refusal(Reason.CONFLICT, "the upload's offset is " + present + ", not " + offset));
    }

    /**
     * Discards the last byte if it was received but not committed. Refuses if another request has appended in the
     * meantime.
     */
    private static Optional<Refusal> goTo(long offset, Draft draft, TusUpload upload, OptionalLong length)
            throws IOException {
        long size = draft.size();
        if (size == offset) {
            return Optional.empty();
        }
        long present = upload.offset(size, length);
        return present == offset ? draft.truncate(offset) : elsewhere(present, offset);
    }

    /** Builds the request to write the record; refused if the conditions in the notes are malformed. */
    Result<WriteRequest> request(Exchange exchange, RecordPath path, OptionalLong length, Map<String, String> notes) {
        Login login = exchange.login().orElseThrow();
        return UploadConditions.of(notes)
                .then(precondition -> Result.done(new WriteRequest(
                        login.user(),
                        login.origin().toString(),
                        path,
                        precondition,
                        length,
                        Map.of(),
                        () -> authenticator.renew(login).map(Login::user))));
    }
}
