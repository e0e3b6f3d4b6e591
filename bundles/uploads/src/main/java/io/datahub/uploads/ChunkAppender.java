package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.PartialUpload;
import io.datahub.api.record.ResumableUploads;
import io.datahub.api.record.ResumableUploads.Continuation;
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
record ChunkAppender(ResumableUploads uploads, Authenticator authenticator) {

    /**
     * Appends the body of one request.
     *
     * @param length the length of the upload according to the request
     * @param first whether the same request creates the upload
     */
    Optional<Refusal> append(
            Exchange exchange,
            PartialUpload upload,
            OptionalLong length,
            long offset,
            Map<String, String> checksum,
            boolean first)
            throws IOException {
        OptionalLong uploadLength = upload.length().isPresent() ? upload.length() : length;
        long remaining = uploadLength.orElse(Long.MAX_VALUE) - offset;
        if (remaining >= 0 && exchange.request().getLength() > remaining) {
            return Optional.of(new Refusal(Reason.TOO_LARGE, "the chunk exceeds the length of the upload"));
        }
        Result<WriteRequest> request = request(exchange, upload.path(), length, upload.notes(), checksum);
        if (request.isRefused()) {
            return request.refusal();
        }
        Result<Continuation> continuation = uploads.resume(request.get(), upload.name(), offset);
        if (!continuation.isRefused()) {
            ChunkUpload chunk = new ChunkUpload(exchange, uploads, upload, uploadLength, continuation.get(), first);
            new BodyReader(exchange.request(), chunk).run();
        }
        return continuation.refusal();
    }

    /** Builds the request to write the record; refused if the conditions in the notes are malformed. */
    Result<WriteRequest> request(
            Exchange exchange,
            RecordPath path,
            OptionalLong length,
            Map<String, String> notes,
            Map<String, String> digests) {
        Login login = exchange.login().orElseThrow();
        return UploadConditions.of(notes)
                .then(precondition -> Result.done(new WriteRequest(
                        login.user(),
                        login.origin().toString(),
                        path,
                        precondition,
                        length,
                        digests,
                        () -> authenticator.renew(login).map(Login::user))));
    }
}
