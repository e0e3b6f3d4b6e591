package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.json.JsonText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.WriteRequest;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.WriteResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jetty.http.HttpHeader;

/** Creates an upload: one that becomes a record, a part, or a record concatenated from existing parts. */
final class UploadCreation {

    private final Exchange exchange;
    private final LastingDrafts drafts;
    private final ChunkAppender appender;
    private final Destination destination;

    UploadCreation(Exchange exchange, LastingDrafts drafts, ChunkAppender appender, Destination destination) {
        this.exchange = exchange;
        this.drafts = drafts;
        this.appender = appender;
        this.destination = destination;
    }

    /** Creates the upload and responds, or returns the refusal. */
    Optional<Refusal> run() throws IOException {
        boolean hasBytes = isBytes(exchange) && exchange.request().getLength() != 0;
        if (!hasBytes
                && (exchange.request().getLength() > 0
                        || exchange.header("Transfer-Encoding").isPresent())) {
            return unsupported();
        }
        Result<Concat> concat = Concat.parse(exchange.header(Concat.HEADER));
        Result<OptionalLong> length = TusHeaders.length(exchange);
        Result<Optional<Checksum>> checksum = Checksum.parse(exchange.header(Checksum.HEADER));
        Optional<Refusal> malformed = concat.refusal()
                .or(length::refusal)
                .or(checksum::refusal)
                .or(() -> refuseLength(concat.get(), length.get()));
        if (malformed.isPresent()) {
            return malformed;
        }
        Map<String, String> notes = UploadConditions.notes(exchange);
        exchange.header(TusHeaders.METADATA).ifPresent(metadata -> notes.put(TusHeaders.METADATA, metadata));
        exchange.header(Concat.HEADER).ifPresent(value -> notes.put(Concat.HEADER, value));
        Result<RecordPath> path = concat.get().isPart() ? Result.done(RecordPath.ROOT) : path();
        if (path.isRefused()) {
            return path.refusal();
        }
        Result<WriteRequest> request = appender.request(exchange, path.get(), length.get(), notes);
        if (request.isRefused()) {
            return request.refusal();
        }
        if (concat.get().isFinal()) {
            return hasBytes
                    ? refusal("an upload that is concatenated from parts can't have a body")
                    : concatenate(request.get(), concat.get(), notes);
        }
        Result<LastingDraft> created = drafts.create(request.get(), notes);
        if (created.isRefused()) {
            return created.refusal();
        }
        TusUpload upload = new TusUpload(created.get());
        boolean isEmptyRecord = !concat.get().isPart() && length.get().orElse(-1) == 0;
        if (hasBytes || isEmptyRecord) {
            return appender.append(exchange, upload, length.get(), 0, checksum.get(), true);
        }
        exchange.response().getHeaders().put(HttpHeader.LOCATION, TusHeaders.location(upload));
        exchange.response().getHeaders().put(TusHeaders.OFFSET, "0");
        TusHeaders.setExpires(exchange, upload);
        exchange.empty(201);
        return Optional.empty();
    }

    private Result<RecordPath> path() {
        return UploadMetadata.parse(exchange.header(TusHeaders.METADATA))
                .then(found -> found.path(destination.of(exchange)));
    }

    private Optional<Refusal> refuseLength(Concat concat, OptionalLong length) {
        Optional<String> deferred = exchange.header(TusHeaders.DEFERRED);
        if (concat.isFinal()) {
            return length.isPresent() || deferred.isPresent()
                    ? refusal("the length of a concatenated upload is the sum of its parts; omit " + TusHeaders.LENGTH)
                    : Optional.empty();
        }
        if (deferred.filter(value -> !value.equals("1")).isPresent()) {
            return refusal(TusHeaders.DEFERRED + " must be 1 or absent");
        }
        return length.isPresent() == deferred.isPresent()
                ? refusal(TusHeaders.LENGTH + " must give the number of bytes, or " + TusHeaders.DEFERRED
                        + ": 1 announce that it is sent later")
                : Optional.empty();
    }

    private Optional<Refusal> concatenate(WriteRequest request, Concat concat, Map<String, String> notes)
            throws IOException {
        Result<Concatenation.Committed> committed = new Concatenation(drafts, concat.parts()).commit(request, notes);
        if (!committed.isRefused()) {
            TusUpload upload = committed.get().upload();
            Change change = committed.get().change();
            exchange.response().getHeaders().put(HttpHeader.LOCATION, TusHeaders.location(upload));
            TusHeaders.setRecordHeaders(exchange, upload, change);
            exchange.json(201, JsonText.of(json -> WriteResponse.write(json, change)));
        }
        return committed.refusal();
    }

    private static Optional<Refusal> refusal(String detail) {
        return Optional.of(new Refusal(Reason.BAD_REQUEST, detail));
    }

    static boolean isBytes(Exchange exchange) {
        return exchange.header(HttpHeader.CONTENT_TYPE)
                .filter(TusHeaders.BYTES::equalsIgnoreCase)
                .isPresent();
    }

    static Optional<Refusal> unsupported() {
        return Optional.of(
                new Refusal(Reason.UNSUPPORTED_MEDIA_TYPE, "the Content-Type of a chunk must be " + TusHeaders.BYTES));
    }
}
