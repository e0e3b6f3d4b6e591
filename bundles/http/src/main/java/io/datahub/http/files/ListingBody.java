package io.datahub.http.files;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordStore;
import io.datahub.jetty.web.Exchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * Sends a directory as an HTML page that contains all its names, because programs that follow links, such as rclone, do
 * not request further pages. It is read and sent in batches; only one batch is in memory, and no thread is blocked
 * while the client is slow. If the page cannot be completed, the connection is aborted so that the client does not take
 * it for the whole.
 */
final class ListingBody extends IteratingCallback {

    private final Exchange exchange;
    private final RecordStore store;
    private final RecordPath directory;
    private final int batchSize;
    private Optional<Listing> batch;
    private String after = "";
    private boolean headSent;
    private boolean finished;

    /**
     * Creates a body for one response.
     *
     * @param first the first batch of entries
     * @param batchSize how many entries to read at a time
     */
    ListingBody(Exchange exchange, RecordStore store, Listing first, int batchSize) {
        this.exchange = exchange;
        this.store = store;
        this.batchSize = batchSize;
        directory = first.path();
        batch = Optional.of(first);
    }

    @Override
    protected Action process() throws IOException {
        if (finished) {
            return Action.SUCCEEDED;
        }
        Listing listing = batch.isPresent() ? batch.get() : read();
        String text = (headSent ? "" : ListingPage.head(directory)) + ListingPage.entries(listing.entries());
        headSent = true;
        finished = listing.next().isEmpty();
        after = listing.next().orElse("");
        batch = Optional.empty();
        String end = finished ? ListingPage.end(Optional.empty(), 0) : "";
        exchange.response().write(finished, ByteBuffer.wrap((text + end).getBytes(StandardCharsets.UTF_8)), this);
        return Action.SCHEDULED;
    }

    private Listing read() throws IOException {
        Result<Listing> next = store.list(exchange.user(), directory, after, batchSize);
        if (!next.isRefused()) {
            return next.get();
        }
        throw new IOException("listing " + directory + " ended: "
                + next.refusal().orElseThrow().detail());
    }

    @Override
    protected void onCompleteSuccess() {
        exchange.callback().succeeded();
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        exchange.callback().failed(cause);
    }
}
