package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.PartialUpload;
import io.datahub.api.record.ResumableUploads;
import io.datahub.api.record.ResumableUploads.Continuation;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Appends the body of a request to an upload. If the request is aborted, the bytes received so far are kept. */
final class ChunkUpload implements UploadBody.Sink {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.uploads");

    private final Exchange exchange;
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
        this.length = length;
        this.exchange = exchange;
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
        if (refusal.isPresent()) {
            discard();
            UploadBody.refuse(exchange, refusal.get());
        }
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
            exchange.refuse(status, refusal);
            return;
        }
        exchange.put(TusHeaders.OFFSET, newOffset.get().toString());
        if (upload.isPart() || length.isEmpty() || newOffset.get() < length.getAsLong()) {
            TusHeaders.setExpires(exchange, upload);
            respond(Optional.empty());
        } else {
            commit();
        }
    }

    private void commit() throws IOException {
        Result<Change> committed = continuation.commit();
        if (committed.isRefused()) {
            exchange.response().getHeaders().remove(TusHeaders.OFFSET);
            discard();
            exchange.refuse(committed.refusal().orElseThrow());
        } else {
            TusHeaders.setRecordHeaders(exchange, upload, committed.get());
            respond(Optional.of(committed.get()));
        }
    }

    private void respond(Optional<Change> change) {
        if (!first) {
            exchange.empty(204);
            return;
        }
        exchange.put(HttpHeader.LOCATION.asString(), TusHeaders.location(upload));
        change.ifPresentOrElse(created -> exchange.json(201, UploadResponse.json(created)), () -> exchange.empty(201));
    }

    /** Closes the upload, and removes it if this request created it. */
    private void discard() {
        continuation.close();
        if (first) {
            try {
                uploads.remove(exchange.login().user(), upload.name());
            } catch (IOException e) {
                LOG.warn("event=upload-left upload={} failure=\"{}\"", upload.name(), e.toString());
            }
        }
    }

    @Override
    public void aborted(Throwable cause) {
        discard();
        if (cause instanceof TimeoutException) {
            exchange.refuse(Reason.TIMED_OUT, "the body stopped coming");
        } else {
            exchange.callback().failed(cause);
        }
    }

    @Override
    public void failed(Throwable cause) {
        discard();
        Response.writeError(exchange.request(), exchange.response(), exchange.callback(), cause);
    }
}
