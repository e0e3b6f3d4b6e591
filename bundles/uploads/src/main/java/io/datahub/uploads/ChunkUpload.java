package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.json.JsonText;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.RequestBodySink;
import io.datahub.jetty.web.WriteResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends the body of a request to an upload. If the request is aborted, the bytes received so far are kept, unless
 * they have a checksum. The record is committed with its last byte; if that is refused permanently the upload is
 * deleted, otherwise the client can send that byte again.
 */
final class ChunkUpload extends RequestBodySink {

    private static final Logger LOG = LoggerFactory.getLogger(ChunkUpload.class);

    /** After these a retry can't succeed. */
    private static final Set<Reason> FINAL = EnumSet.of(
            Reason.INVALID, Reason.FORBIDDEN, Reason.PRECONDITION_FAILED, Reason.TOO_LARGE, Reason.BAD_REQUEST);

    private final LastingDrafts drafts;
    private final TusUpload upload;
    private final OptionalLong length;
    private final Draft draft;
    private final Optional<Checksum> checksum;

    /** Whether the upload is deleted with the draft's release. */
    private boolean isToBeRemoved;

    private final boolean first;

    /**
     * @param length the length of the upload, if it is known yet
     * @param draft the upload's draft, at the offset of the chunk
     * @param first whether the same request creates the upload, so that the client does not know it yet and it is
     *     removed unless the request succeeds
     */
    ChunkUpload(
            Exchange exchange,
            LastingDrafts drafts,
            TusUpload upload,
            OptionalLong length,
            Draft draft,
            Optional<Checksum> checksum,
            boolean first) {
        super(exchange);
        this.length = length;
        this.drafts = drafts;
        this.upload = upload;
        this.draft = draft;
        this.checksum = checksum;
        this.first = first;
        isToBeRemoved = first;
    }

    @Override
    public boolean take(Content.Chunk chunk) throws IOException {
        if (!chunk.hasRemaining()) {
            return true;
        }
        ByteBuffer bytes = chunk.getByteBuffer();
        checksum.ifPresent(known -> known.add(bytes));
        boolean tooLarge = length.isPresent() && draft.size() + bytes.remaining() > length.getAsLong();
        Optional<Refusal> refusal = tooLarge
                ? Optional.of(new Refusal(Reason.TOO_LARGE, "the body exceeds the upload's length"))
                : draft.append(bytes);
        refusal.ifPresent(this::refuse);
        return refusal.isEmpty();
    }

    @Override
    public void end() throws IOException {
        if (checksum.isPresent() && !checksum.get().matches()) {
            discard();
            exchange()
                    .refuse(
                            TusHeaders.CHECKSUM_MISMATCH,
                            new Refusal(Reason.BAD_REQUEST, "the chunk doesn't match its checksum; send it again"));
            return;
        }
        long offset = draft.size();
        boolean isLast = !upload.isPart() && length.isPresent() && offset == length.getAsLong();
        Optional<Refusal> refusal = isLast && checksum.isEmpty() ? Optional.empty() : draft.sync();
        if (refusal.isPresent()) {
            discard();
            exchange().refuse(refusal.get());
        } else if (isLast) {
            commit(offset);
        } else {
            draft.close();
            TusHeaders.setExpires(exchange(), upload);
            respond(offset, Optional.empty());
        }
    }

    private void commit(long offset) throws IOException {
        Result<Change> committed = draft.commit();
        if (committed.isRefused()) {
            Refusal refusal = committed.refusal().orElseThrow();
            isToBeRemoved |= FINAL.contains(refusal.reason());
            discard();
            exchange().refuse(refusal);
        } else {
            draft.close();
            TusHeaders.setRecordHeaders(exchange(), upload, committed.get());
            respond(offset, Optional.of(committed.get()));
        }
    }

    private void respond(long offset, Optional<Change> change) {
        exchange().response().getHeaders().put(TusHeaders.OFFSET, offset);
        if (!first) {
            exchange().empty(204);
            return;
        }
        exchange().response().getHeaders().put(HttpHeader.LOCATION, TusHeaders.location(upload));
        change.ifPresentOrElse(
                created -> exchange().json(201, JsonText.of(json -> WriteResponse.write(json, created))),
                () -> exchange().empty(201));
    }

    /** Releases the draft, and removes the upload if it can't be resumed. */
    @Override
    protected void discard() {
        draft.close();
        if (isToBeRemoved) {
            try {
                drafts.remove(exchange().user(), upload.name());
            } catch (IOException e) {
                LOG.warn("event=uploads.upload.delete-failed upload={} reason={}", upload.name(), LogText.quoted(e));
            }
        }
    }
}
