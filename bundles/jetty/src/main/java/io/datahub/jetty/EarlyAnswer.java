package io.datahub.jetty;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.util.Callback;

/**
 * A stream of HTTP/2 whose answer may end before the body of its request does. The client is then told by {@code NO_ERROR} to
 * send no more (RFC 9113, 8.1). Jetty says {@code CANCEL}, which many clients take for the loss of the answer. One thread at
 * a time.
 */
final class EarlyAnswer extends HttpStream.Wrapper {

    private volatile boolean answered;

    EarlyAnswer(HttpStream stream) {
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
                        ? Callback.from(callback.getInvocationType(), () -> answered(callback), callback::failed)
                        : callback);
    }

    private void answered(Callback callback) {
        answered = true;
        callback.succeeded();
    }

    @Override
    public void succeeded() {
        if (answered && consumeAvailable() != null) {
            super.failed(CONTENT_NOT_CONSUMED);
        } else {
            super.succeeded();
        }
    }

    /** What fails after the whole answer is no failure of it. */
    @Override
    public void failed(Throwable cause) {
        super.failed(answered && consumeAvailable() != null ? CONTENT_NOT_CONSUMED : cause);
    }
}
