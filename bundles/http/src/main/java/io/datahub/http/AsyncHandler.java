package io.datahub.http;

import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.util.component.Graceful;

/** A handler whose answers can take long, and end by themselves when the server stops or the handler leaves it. */
abstract class AsyncHandler extends Handler.Abstract implements Graceful {

    private volatile boolean closing;

    /** Ends every answer that lasts; one that begins later has to look at {@link #isShutdown} and end at once. */
    abstract void endAll();

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
        endAll();
    }
}
