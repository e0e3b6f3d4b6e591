package io.datahub.http.files;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordStore;
import io.datahub.http.tree.ArchiveDownload;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.Query;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.util.Fields;

/** {@code GET} and {@code HEAD} of a directory. */
final class DirectoryListing {

    private static final int DEFAULT_LIMIT = 1_000;
    private static final int MAX_LIMIT = 10_000;

    /** Entries per batch of an HTML page, which lists all names. */
    private static final int HTML_BATCH_SIZE = 5_000;

    private static final int MAX_SCANNED_NAMES = 20_000;

    private final RecordStore store;
    private final ListingSearch search;
    private final ArchiveDownload archive;

    DirectoryListing(RecordStore store) {
        this.store = store;
        search = new ListingSearch(store, MAX_SCANNED_NAMES);
        archive = new ArchiveDownload(store);
    }

    /** Responds with a page of the directory or with an archive, or returns the refusal. */
    Optional<Refusal> respond(Exchange exchange, FileTarget target, Fields query) throws IOException {
        if (ArchiveDownload.isRequested(query)) {
            return archive.respond(exchange, target.path(), query);
        }
        Result<Integer> limit = Query.number(query, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        if (limit.isRefused()) {
            return limit.refusal();
        }
        String after = Query.text(query, "after", "");
        if (prefersHtml(exchange)) {
            boolean all = query.getValue("limit") == null;
            Result<Listing> listing =
                    store.list(exchange.user(), target.path(), after, all ? HTML_BATCH_SIZE : limit.get());
            if (!listing.isRefused() && Conditions.check(exchange, true)) {
                sendPage(exchange, listing.get(), all, limit.get());
            }
            return listing.refusal();
        }
        String text = Query.text(query, "find", "");
        Result<Listing> listing;
        if (text.isEmpty()) {
            listing = store.list(exchange.user(), target.path(), after, limit.get());
        } else if (Query.flag(query, "tree")) {
            listing = search.findInTree(exchange.user(), target.path(), text, after, limit.get());
        } else {
            listing = search.find(exchange.user(), target.path(), text, after, limit.get());
        }
        if (!listing.isRefused() && Conditions.check(exchange, true)) {
            exchange.response().getHeaders().add(HttpHeader.VARY, "Accept");
            exchange.json(200, ListingJson.of(listing.get()));
        }
        return listing.refusal();
    }

    /** Sends all entries, or a single page if one was requested. */
    private void sendPage(Exchange exchange, Listing first, boolean all, int limit) {
        var headers = exchange.response().getHeaders();
        headers.add(HttpHeader.VARY, "Accept");
        headers.put(HttpHeader.CONTENT_TYPE, "text/html;charset=utf-8");
        headers.put(ContentSandbox.LISTING);
        if (!all || first.next().isEmpty()) {
            String page = ListingPage.head(first.path())
                    + ListingPage.entries(first.entries())
                    + ListingPage.end(first.next(), limit);
            exchange.body(200, page.getBytes(StandardCharsets.UTF_8));
            return;
        }
        headers.put(Exchange.REVALIDATE);
        if (exchange.is(HttpMethod.HEAD)) {
            exchange.empty(200);
        } else {
            exchange.response().setStatus(200);
            new ListingBody(exchange, store, first, HTML_BATCH_SIZE).iterate();
        }
    }

    /** Whether the client prefers HTML to JSON. A client that accepts anything gets JSON. */
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
