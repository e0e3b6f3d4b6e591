package io.datahub.jetty.server;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.util.Callback;

/**
 * An HTTP/2 stream whose response may be complete before the request body is. The client is then asked with {@code
 * NO_ERROR} to stop sending (RFC 9113, 8.1). Jetty sends {@code CANCEL}, which many clients treat as a lost response.
 * Not thread-safe.
 */
final class EarlyResponse extends HttpStream.Wrapper {

    private volatile boolean responseSent;

    EarlyResponse(HttpStream stream) {
        super(stream);
    }

    @Override
    public void send(
            MetaData.Request request, MetaData.Response response, boolean last, ByteBuffer content, Callback callback) {
        super.send(
                request,
                response,
                last,
                content,
                last
                        ? Callback.from(callback.getInvocationType(), () -> responseSent(callback), callback::failed)
                        : callback);
    }

    private void responseSent(Callback callback) {
        responseSent = true;
        callback.succeeded();
    }

    @Override
    public void succeeded() {
        if (responseSent && consumeAvailable() != null) {
            super.failed(CONTENT_NOT_CONSUMED);
        } else {
            super.succeeded();
        }
    }

    /** A failure after the complete response was sent doesn't fail the response. */
    @Override
    public void failed(Throwable cause) {
        super.failed(responseSent && consumeAvailable() != null ? CONTENT_NOT_CONSUMED : cause);
    }
}
