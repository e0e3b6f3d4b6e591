package io.datahub.http.files;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.WriteRequest;
import io.datahub.jetty.web.BodyReader;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.RequestBodySink;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jetty.io.Content;

/** Creates a directory once the body of a {@code PUT} has turned out to be empty. */
final class DirectoryBody extends RequestBodySink {

    private final RecordStore store;
    private final WriteRequest request;

    private DirectoryBody(Exchange exchange, RecordStore store, WriteRequest request) {
        super(exchange);
        this.store = store;
        this.request = request;
    }

    /** Reads the body and creates the directory, or returns the refusal. */
    static Optional<Refusal> read(Exchange exchange, RecordStore store, WriteRequest request, boolean dryRun) {
        if (dryRun) {
            return Optional.of(new Refusal(Reason.BAD_REQUEST, "a directory isn't validated; omit dry-run"));
        }
        if (exchange.request().getLength() > 0) {
            return Optional.of(refusal());
        }
        new BodyReader(exchange.request(), new DirectoryBody(exchange, store, request)).run();
        return Optional.empty();
    }

    @Override
    public boolean take(Content.Chunk chunk) {
        if (chunk.hasRemaining()) {
            refuse(refusal());
        }
        return !chunk.hasRemaining();
    }

    /** A body can't become a directory. */
    private static Refusal refusal() {
        return new Refusal(
                Reason.UNSUPPORTED_MEDIA_TYPE,
                "the path names a directory, which has no body; the path of a record doesn't end in /");
    }

    @Override
    public void end() throws IOException {
        Result<Boolean> created = store.mkdir(request);
        if (created.isRefused()) {
            exchange().refuse(created.refusal().orElseThrow());
            return;
        }
        MoveMethod.respondWithDirectory(exchange(), created.get() ? 201 : 200, request.path(), OptionalLong.empty());
    }

    @Override
    protected void discard() {
        // Nothing has been created yet.
    }
}
