package io.datahub.http.tree;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.ContentDisposition;
import io.datahub.jetty.web.Exchange;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.util.Fields;

/** {@code GET /files/DIR/?archive=zip} or {@code tar}: what the user may read of a directory, as one file. */
public final class ArchiveDownload {

    private static final String PARAMETER = "archive";
    private static final int MAX_NAMES = 1_000;

    private final RecordStore store;

    public ArchiveDownload(RecordStore store) {
        this.store = store;
    }

    /** Whether a request asks for an archive. */
    public static boolean isRequested(Fields query) {
        return query.getValue(PARAMETER) != null;
    }

    /** Responds with the archive, or returns the refusal. */
    public Optional<Refusal> respond(Exchange exchange, RecordPath directory, Fields query) throws IOException {
        Optional<ArchiveFormat> format = ArchiveFormat.of(query.getValue(PARAMETER));
        if (format.isEmpty()) {
            return Optional.of(new Refusal(Reason.BAD_REQUEST, "archive must be zip or tar"));
        }
        List<String> names = query.getValuesOrEmpty("name");
        if (names.size() > MAX_NAMES) {
            return Optional.of(new Refusal(Reason.BAD_REQUEST, "at most " + MAX_NAMES + " entries can be named"));
        }
        Result<TreeWalk> walk = TreeWalk.of(store, exchange.user(), directory, Set.copyOf(names));
        if (walk.isRefused()) {
            return walk.refusal();
        }
        Optional<Refusal> tooMany = tooMany(exchange, directory, names, format.get());
        if (tooMany.isEmpty() && Conditions.check(exchange, true)) {
            send(exchange, directory, walk.get(), format.get());
        }
        return tooMany;
    }

    private Optional<Refusal> tooMany(Exchange exchange, RecordPath directory, List<String> names, ArchiveFormat format)
            throws IOException {
        if (format.maxEntries() == Integer.MAX_VALUE) {
            return Optional.empty();
        }
        Result<TreeWalk> walk = TreeWalk.of(store, exchange.user(), directory, Set.copyOf(names));
        for (int entries = 0; !walk.isRefused() && walk.get().next().isPresent(); entries++) {
            if (entries == format.maxEntries()) {
                return Optional.of(new Refusal(
                        Reason.BAD_REQUEST,
                        "a zip archive can have at most " + format.maxEntries() + " entries; use archive=tar"));
            }
        }
        return walk.refusal();
    }

    private void send(Exchange exchange, RecordPath directory, TreeWalk walk, ArchiveFormat format) {
        var headers = exchange.response().getHeaders();
        String name = directory.isRoot() ? "files" : directory.name();
        headers.put(HttpHeader.CONTENT_TYPE, format.mediaType());
        headers.put(HttpHeader.CONTENT_DISPOSITION, ContentDisposition.attachment(name + "." + format.extension()));
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
        if (exchange.is(HttpMethod.HEAD)) {
            exchange.empty(200);
        } else {
            exchange.response().setStatus(200);
            new ArchiveBody(exchange, store, directory, walk, format).iterate();
        }
    }
}
