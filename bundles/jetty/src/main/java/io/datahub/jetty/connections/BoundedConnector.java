package io.datahub.jetty.connections;

import io.datahub.jetty.web.InPlace;
import io.datahub.jetty.web.RecordTransfer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.thread.Invocable;

/** A connector that closes accepted sockets at once if they exceed the limits of {@link Connections}. */
final class BoundedConnector extends ServerConnector {

    private final Connections connections;
    private final boolean isTls;

    /**
     * Open connections, added on accept and removed on close, so that no connection is counted after its descriptor is
     * freed.
     */
    private final Map<SelectableChannel, ClientConnection> clients = new ConcurrentHashMap<>();

    BoundedConnector(Server server, Connections connections, boolean isTls, ConnectionFactory... factories) {
        super(server, 1, -1, factories);
        this.connections = connections;
        this.isTls = isTls;
        getSelectorManager().addEventListener(new SelectorManager.AcceptListener() {
            @Override
            public void onAcceptFailed(SelectableChannel channel, Throwable cause) {
                unregister(channel);
            }
        });
    }

    @Override
    public void accept(int acceptor) throws IOException {
        if (!(getTransport() instanceof ServerSocketChannel serverChannel) || !serverChannel.isOpen()) {
            return;
        }
        SocketChannel accepted = serverChannel.accept();
        ClientConnection client = new ClientConnection(address(accepted), isTls, connections, () -> IO.close(accepted));
        if (!connections.admit(client)) {
            accepted.close();
            return;
        }
        clients.put(accepted, client);
        try {
            accepted.configureBlocking(false);
            configure(accepted.socket());
            getSelectorManager().accept(accepted);
        } catch (ClosedChannelException evicted) {
            unregister(accepted);
        }
    }

    /**
     * Does nothing: closing the listening socket ends {@link #accept}. A thread that is interrupted just as it accepts
     * a connection loses it without closing it, and the client would wait for a response until it gives up.
     */
    @Override
    protected void interruptAcceptors() {}

    private void unregister(SelectableChannel channel) {
        ClientConnection client = clients.remove(channel);
        if (client != null) {
            connections.remove(client);
        }
    }

    private static InetAddress address(SocketChannel channel) throws IOException {
        return channel.getRemoteAddress() instanceof InetSocketAddress peer
                ? peer.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key)
            throws IOException {
        ClientConnection client = clients.get(channel);
        if (client == null) {
            throw new ClosedChannelException();
        }
        ClientEndPoint endPoint = new ClientEndPoint(channel, selector, key, client);
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }

    /** Handles what a client has sent on the thread that has noticed it. */
    private record InPlaceTask(Runnable task) implements Invocable.Task {

        @Override
        public void run() {
            Invocable.invokeNonBlocking(task);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    /** Reports reads and the close of the socket to {@link ClientConnection} and {@link Connections}. */
    private final class ClientEndPoint extends SocketChannelEndPoint
            implements ClientConnection.Holder, RecordTransfer.Target, InPlace.Target {

        private final ClientConnection client;
        private final DeferredClose deferredClose = new DeferredClose();
        private volatile RecordTransfer transfer;

        ClientEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, ClientConnection client) {
            super(channel, selector, key, BoundedConnector.this.getScheduler());
            this.client = client;
            client.setCloseAction(this::close);
        }

        @Override
        public ClientConnection client() {
            return client;
        }

        @Override
        public void allowNextInPlace() {
            client.allowNextInPlace();
        }

        @Override
        public boolean takeInPlace() {
            return client.takeInPlace();
        }

        @Override
        public Runnable onSelected() {
            Runnable task = super.onSelected();
            return task != null && !getWriteFlusher().isPending() && client.beginInPlace()
                    ? new InPlaceTask(task)
                    : task;
        }

        @Override
        public void setTransfer(RecordTransfer present) {
            transfer = present;
        }

        @Override
        public boolean flush(ByteBuffer... buffers) throws IOException {
            RecordTransfer present = transfer;
            return present == null ? super.flush(buffers) : flush(present, buffers);
        }

        /** Flushes buffers of which the last one stands for bytes of a record. */
        private boolean flush(RecordTransfer present, ByteBuffer... buffers) throws IOException {
            int last = buffers.length - 1;
            if (last < 0 || !present.contains(buffers[last])) {
                throw new IOException("a response has bytes of something else than its record");
            }
            if (last > 0 && !super.flush(Arrays.copyOf(buffers, last))) {
                return false;
            }
            deferredClose.begin();
            try {
                if (present.sendTo(getChannel()) > 0) {
                    notIdle();
                }
            } finally {
                if (deferredClose.end()) {
                    super.doClose();
                }
            }
            return !buffers[last].hasRemaining();
        }

        @Override
        public void doClose() {
            if (deferredClose.close()) {
                super.doClose();
            }
        }

        @Override
        public int fill(ByteBuffer buffer) throws IOException {
            int filled = super.fill(buffer);
            if (filled > 0) {
                client.received();
            }
            return filled;
        }

        @Override
        public void fillInterested(Callback callback) {
            client.awaitingData();
            super.fillInterested(callback);
        }

        @Override
        public boolean tryFillInterested(Callback callback) {
            client.awaitingData();
            return super.tryFillInterested(callback);
        }

        @Override
        public void onClose(Throwable cause) {
            unregister(getChannel());
            super.onClose(cause);
        }
    }
}
