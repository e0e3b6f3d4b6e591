package io.datahub.ui;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
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
@Component(
        service = Handler.class,
        property = {"datahub.http.path=/", "datahub.http.open:Boolean=true", "service.ranking:Integer=100"})
public final class PageHandler extends Handler.Abstract {

    private static final String FOLDER = "/ui/";
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
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
        if (!HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod())) {
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
        send(asset, request, response, callback);
        return true;
    }

    /** A browser lists HTML explicitly; other programs accept anything. */
    private static boolean prefersHtml(Request request) {
        return request.getHeaders().getValuesList(HttpHeader.ACCEPT).stream()
                .anyMatch(accept -> accept.contains("text/html"));
    }

    private static void send(Asset asset, Request request, Response response, Callback callback) {
        HttpFields.Mutable headers = response.getHeaders();
        headers.put("Content-Security-Policy", POLICY);
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        headers.put(HttpHeader.CACHE_CONTROL, "no-cache");
        headers.put(HttpHeader.ETAG, asset.etag());
        if (asset.etag().equals(request.getHeaders().get(HttpHeader.IF_NONE_MATCH))) {
            response.setStatus(HttpStatus.NOT_MODIFIED_304);
            response.write(true, null, callback);
            return;
        }
        headers.put(HttpHeader.CONTENT_TYPE, asset.type());
        headers.put(HttpHeader.CONTENT_LENGTH, asset.bytes().length);
        boolean isHead = HttpMethod.HEAD.is(request.getMethod());
        response.write(true, isHead ? null : ByteBuffer.wrap(asset.bytes()), callback);
    }
}
