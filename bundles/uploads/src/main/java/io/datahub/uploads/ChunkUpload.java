package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.json.JsonText;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Change;
import io.datahub.api.record.PartialUpload;
import io.datahub.api.record.ResumableUploads;
import io.datahub.api.record.ResumableUploads.Continuation;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.RequestBodySink;
import io.datahub.jetty.web.WriteResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Appends the body of a request to an upload. If the request is aborted, the bytes received so far are kept. */
final class ChunkUpload extends RequestBodySink {

    private static final Logger LOG = LoggerFactory.getLogger(ChunkUpload.class);

    private final ResumableUploads uploads;
    private final PartialUpload upload;
    private final OptionalLong length;
    private final Continuation continuation;
    private final boolean first;

    /**
     * @param length the length of the upload, if it is known yet
     * @param first whether the same request creates the upload, so that the client does not know it yet and it is
     *     removed unless the request succeeds
     */
    ChunkUpload(
            Exchange exchange,
            ResumableUploads uploads,
            PartialUpload upload,
            OptionalLong length,
            Continuation continuation,
            boolean first) {
        super(exchange);
        this.length = length;
        this.uploads = uploads;
        this.upload = upload;
        this.continuation = continuation;
        this.first = first;
    }

    @Override
    public boolean take(Content.Chunk chunk) throws IOException {
        if (!chunk.hasRemaining()) {
            return true;
        }
        Optional<Refusal> refusal = continuation.write(chunk.getByteBuffer());
        refusal.ifPresent(this::refuse);
        return refusal.isEmpty();
    }

    @Override
    public void end() throws IOException {
        Result<Long> newOffset = continuation.keep();
        if (newOffset.isRefused()) {
            discard();
            Refusal refusal = newOffset.refusal().orElseThrow();
            int status = refusal.reason() == Reason.BAD_REQUEST
                    ? TusHeaders.CHECKSUM_MISMATCH
                    : refusal.reason().status();
            exchange().refuse(status, refusal);
            return;
        }
        exchange().response().getHeaders().put(TusHeaders.OFFSET, newOffset.get());
        if (upload.isPart() || length.isEmpty() || newOffset.get() < length.getAsLong()) {
            TusHeaders.setExpires(exchange(), upload);
            respond(Optional.empty());
        } else {
            commit();
        }
    }

    private void commit() throws IOException {
        Result<Change> committed = continuation.commit();
        if (committed.isRefused()) {
            exchange().response().getHeaders().remove(TusHeaders.OFFSET);
            discard();
            exchange().refuse(committed.refusal().orElseThrow());
        } else {
            TusHeaders.setRecordHeaders(exchange(), upload, committed.get());
            respond(Optional.of(committed.get()));
        }
    }

    private void respond(Optional<Change> change) {
        if (!first) {
            exchange().empty(204);
            return;
        }
        exchange().response().getHeaders().put(HttpHeader.LOCATION, TusHeaders.location(upload));
        change.ifPresentOrElse(
                created -> exchange().json(201, JsonText.of(json -> WriteResponse.write(json, created))),
                () -> exchange().empty(201));
    }

    /** Closes the upload, and removes it if this request created it. */
    @Override
    protected void discard() {
        continuation.close();
        if (first) {
            try {
                uploads.remove(exchange().user(), upload.name());
            } catch (IOException e) {
                LOG.warn("event=uploads.upload.delete-failed upload={} reason={}", upload.name(), LogText.quoted(e));
            }
        }
    }
}
