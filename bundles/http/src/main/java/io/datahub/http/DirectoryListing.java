package io.datahub.http;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordStore;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.Fields;

/** {@code GET} and {@code HEAD} of a directory. */
final class DirectoryListing {

    private static final int USUAL = 1_000;
    private static final int MOST = 10_000;

    private static final int MOST_SEARCHED = 20_000;

    private final RecordStore store;
    private final ListingSearch search;

    DirectoryListing(RecordStore store) {
        this.store = store;
        search = new ListingSearch(store, MOST_SEARCHED);
    }

    /** Answers with a page of the directory, or returns why it can't be had. */
    Optional<Refusal> answer(Exchange exchange, FileTarget target, Fields query) throws IOException {
        Result<Integer> limit = Query.number(query, "limit", USUAL, 1, MOST);
        if (limit.isRefused()) {
            return limit.refusal();
        }
        String after = Query.text(query, "after", "");
        String text = Query.text(query, "find", "");
        Result<Listing> listing = text.isEmpty() || prefersHtml(exchange)
                ? store.list(exchange.user(), target.path(), after, limit.get())
                : search.find(exchange.user(), target.path(), text, after, limit.get());
        if (!listing.isRefused() && exchange.isWanted(true)) {
            send(exchange, listing.get(), limit.get());
        }
        return listing.refusal();
    }

    private static void send(Exchange exchange, Listing listing, int limit) {
        var headers = exchange.response().getHeaders();
        headers.add(HttpHeader.VARY, "Accept");
        if (prefersHtml(exchange)) {
            headers.put(HttpHeader.CONTENT_TYPE, "text/html;charset=utf-8");
            exchange.body(200, ListingPage.of(listing, limit));
        } else {
            exchange.json(200, ListingJson.of(listing));
        }
    }

    /** Whether the client would rather have HTML than JSON; whoever takes anything gets JSON. */
    static boolean prefersHtml(Exchange exchange) {
        for (String type : exchange.request().getHeaders().getQualityCSV(HttpHeader.ACCEPT)) {
            if (type.startsWith("text/html") || type.startsWith("application/xhtml+xml")) {
                return true;
            }
            if (type.startsWith("application/json") || type.startsWith("*/*") || type.startsWith("application/*")) {
                return false;
            }
        }
        return false;
    }
}
