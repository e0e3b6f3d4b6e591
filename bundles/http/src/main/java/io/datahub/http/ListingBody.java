package io.datahub.http;

import io.datahub.api.Result;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * Sends a directory as a page for people, with all its names: programs that follow links, such as rclone's, take no further
 * pages. It is read and sent piece by piece, with no more than one in memory and without holding a thread while the client is
 * slow. A page that can't be finished is cut, so that nobody takes it for the whole.
 */
final class ListingBody extends IteratingCallback {

    private final Exchange exchange;
    private final RecordStore store;
    private final RecordPath directory;
    private final int atOnce;
    private Optional<Listing> piece;
    private String after = "";
    private boolean begun;
    private boolean finished;

    /**
     * Prepares to send.
     *
     * @param first the first entries
     * @param atOnce how many entries to read at a time
     */
    ListingBody(Exchange exchange, RecordStore store, Listing first, int atOnce) {
        this.exchange = exchange;
        this.store = store;
        this.atOnce = atOnce;
        directory = first.path();
        piece = Optional.of(first);
    }

    @Override
    protected Action process() throws IOException {
        if (finished) {
            return Action.SUCCEEDED;
        }
        Listing listing = piece.isPresent() ? piece.get() : read();
        String text = (begun ? "" : ListingPage.head(directory)) + ListingPage.entries(listing.entries());
        begun = true;
        finished = listing.next().isEmpty();
        after = listing.next().orElse("");
        piece = Optional.empty();
        String end = finished ? ListingPage.end(Optional.empty(), 0) : "";
        exchange.response().write(finished, ByteBuffer.wrap((text + end).getBytes(StandardCharsets.UTF_8)), this);
        return Action.SCHEDULED;
    }

    private Listing read() throws IOException {
        Result<Listing> next = store.list(exchange.user(), directory, after, atOnce);
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
