package io.datahub.jetty.connections;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http2.BufferingFlowControlStrategy;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.WindowUpdateFrame;
import org.eclipse.jetty.util.Callback;

/**
 * Flow control that closes an HTTP/2 session whose client sends more WINDOW_UPDATE frames than the data it receives
 * justifies: more than {@value #PER_SECOND} a second plus one for every {@value #BYTES_PER_UPDATE} bytes that the
 * session has sent. One instance per session.
 */
final class WindowUpdateLimit extends BufferingFlowControlStrategy {

    private static final int PER_SECOND = 1_000;
    private static final int BYTES_PER_UPDATE = 64;
    private static final float UPDATE_RATIO = 0.5f;

    private final long start = System.nanoTime();
    private long updates;

    WindowUpdateLimit() {
        super(UPDATE_RATIO);
    }

    @Override
    public void onWindowUpdate(Session session, Stream stream, WindowUpdateFrame frame) {
        updates++;
        if (updates % PER_SECOND == 0 && updates > allowed(session)) {
            session.close(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "too many window updates", Callback.NOOP);
            return;
        }
        super.onWindowUpdate(session, stream, frame);
    }

    private long allowed(Session session) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        long sent = session instanceof HTTP2Session counted ? counted.getBytesWritten() : 0;
        return PER_SECOND * (2 + seconds) + sent / BYTES_PER_UPDATE;
    }
}
