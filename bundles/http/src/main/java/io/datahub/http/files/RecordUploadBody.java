package io.datahub.http.files;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.json.JsonText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.RequestBodySink;
import io.datahub.jetty.web.WriteHeaders;
import io.datahub.jetty.web.WriteResponse;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;

/** Reads the body of a {@code PUT} or {@code POST} into a record. */
final class RecordUploadBody extends RequestBodySink {

    private final RecordPath path;
    private final Draft draft;
    private final boolean dryRun;
    private long size;

    RecordUploadBody(Exchange exchange, RecordPath path, Draft draft, boolean dryRun) {
        super(exchange);
        this.path = path;
        this.draft = draft;
        this.dryRun = dryRun;
    }

    @Override
    public boolean take(Content.Chunk chunk) throws IOException {
        if (!chunk.hasRemaining()) {
            return true;
        }
        size += chunk.remaining();
        Optional<Refusal> refusal = draft.append(chunk.getByteBuffer());
        refusal.ifPresent(this::refuse);
        return refusal.isEmpty();
    }

    @Override
    public void end() throws IOException {
        if (dryRun) {
            var validators = draft.validate();
            draft.close();
            validators
                    .refusal()
                    .ifPresentOrElse(
                            exchange()::refuse,
                            () -> exchange()
                                    .json(
                                            200,
                                            JsonText.of(
                                                    json -> WriteResponse.write(json, path, size, validators.get()))));
            return;
        }
        Result<Change> committed = draft.commit();
        draft.close();
        committed.refusal().ifPresentOrElse(exchange()::refuse, () -> {
            WriteHeaders.confirmClientModified(exchange(), committed.get().version());
            respond(exchange(), committed.get());
        });
    }

    /** Responds to a write or move that has created or replaced a record. */
    static void respond(Exchange exchange, Change change) {
        var headers = exchange.response().getHeaders();
        change.version().etag().ifPresent(etag -> headers.put(HttpHeader.ETAG, etag));
        headers.put(HttpHeader.LOCATION, FileTarget.uri(change.path()));
        int status = change.type() == Change.Type.CREATED ? 201 : 200;
        exchange.json(status, JsonText.of(json -> WriteResponse.write(json, change)));
    }

    @Override
    protected void discard() {
        draft.close();
    }
}
