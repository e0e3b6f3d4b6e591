package io.datahub.jetty;

import io.datahub.api.Refusal;
import java.time.Duration;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;

/** Lets the requests in flight end when the server stops, and tells who asks meanwhile to come again. */
final class StoppingHandler extends GracefulHandler {

    private static final Duration RESTARTED = Duration.ofSeconds(5);

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
        return AuthenticationHandler.refuse(
                request, response, callback, Refusal.unavailable("the hub is stopping; try again", RESTARTED));
    }
}
