package io.datahub.jetty.server;

import io.datahub.api.Refusal;
import io.datahub.jetty.web.RequestDrainer;
import java.time.Duration;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Completes the requests in flight when the server stops, and responds to new ones with 503 and {@code Retry-After}.
 */
final class StoppingHandler extends GracefulHandler {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    StoppingHandler(Handler handler) {
        super(handler);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!isShutdown()) {
            return super.handle(request, response, callback);
        }
        if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
        }
        RequestDrainer.refuse(
                request, response, callback, Refusal.unavailable("the hub is stopping; try again", RETRY_AFTER));
        return true;
    }
}
