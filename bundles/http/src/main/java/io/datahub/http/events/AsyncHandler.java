package io.datahub.http.events;

import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.util.component.Graceful;

/**
 * A handler with long-running responses. They are completed when the server stops or the handler is removed from it.
 */
abstract class AsyncHandler extends Handler.Abstract implements Graceful {

    private volatile boolean closing;

    /**
     * Completes every pending response. A response that starts later must check {@link #isShutdown} and complete at
     * once.
     */
    abstract void completeAll();

    @Override
    protected void doStart() throws Exception {
        closing = false;
        super.doStart();
    }

    @Override
    protected void doStop() throws Exception {
        close();
        super.doStop();
    }

    @Override
    public CompletableFuture<Void> shutdown() {
        close();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public boolean isShutdown() {
        return closing;
    }

    private void close() {
        closing = true;
        completeAll();
    }
}
