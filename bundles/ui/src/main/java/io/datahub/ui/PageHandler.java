package io.datahub.ui;

import io.datahub.api.http.HttpMount;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Serves the web page at {@code /} to clients that prefer HTML, and its static files under {@code /ui}. They contain no
 * secrets and need no authentication; the page itself asks for a token. Nothing in them is loaded from other hosts,
 * which the Content-Security-Policy enforces in the browser.
 */
@Component(service = Handler.class, property = "service.ranking:Integer=100")
@HttpMount(path = "/", access = "open", shared = true)
public final class PageHandler extends Handler.Abstract {

    private static final String FOLDER = "/ui/";
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
                    + " connect-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    private final Assets assets;

    /** Loads the static files. */
    @Activate
    public PageHandler() {
        assets = new Assets();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String path = request.getHttpURI().getPath();
        boolean isRoot = path.equals("/");
        if (!isRoot && !path.startsWith(FOLDER)) {
            return false;
        }
        Exchange exchange = new Exchange(request, response, callback);
        if (!exchange.isRead()) {
            return false;
        }
        if (isRoot) {
            response.getHeaders().add(HttpHeader.VARY, "Accept");
            if (!prefersHtml(request)) {
                return false;
            }
        }
        Asset asset = assets.get(isRoot ? "index.html" : path.substring(FOLDER.length()));
        if (asset == null) {
            return false;
        }
        send(asset, exchange);
        return true;
    }

    /** A browser lists HTML explicitly; other programs accept anything. */
    private static boolean prefersHtml(Request request) {
        return request.getHeaders().getValuesList(HttpHeader.ACCEPT).stream()
                .anyMatch(accept -> accept.contains("text/html"));
    }

    private static void send(Asset asset, Exchange exchange) {
        HttpFields.Mutable headers = exchange.response().getHeaders();
        headers.put("Content-Security-Policy", POLICY);
        headers.put(Exchange.NO_SNIFFING);
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        headers.put(Exchange.REVALIDATE);
        headers.put(HttpHeader.ETAG, asset.etag());
        if (Conditions.check(exchange, true, Optional.of(asset.etag()))) {
            headers.put(HttpHeader.CONTENT_TYPE, asset.type());
            exchange.body(200, asset.bytes());
        }
    }
}
