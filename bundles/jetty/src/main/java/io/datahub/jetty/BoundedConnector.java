package io.datahub.jetty;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A socket that closes what {@link Connections} has no room for as soon as it is accepted. */
final class BoundedConnector extends ServerConnector {

    private final Connections connections;
    private final boolean isTls;

    BoundedConnector(Server server, Connections connections, boolean isTls, ConnectionFactory... factories) {
        super(server, 1, -1, factories);
        this.connections = connections;
        this.isTls = isTls;
    }

    @Override
    public void accept(int acceptor) throws IOException {
        if (!(getTransport() instanceof ServerSocketChannel listening) || !listening.isOpen()) {
            return;
        }
        SocketChannel accepted = listening.accept();
        if (!connections.hasRoom(address(accepted))) {
            accepted.close();
            return;
        }
        accepted.configureBlocking(false);
        configure(accepted.socket());
        getSelectorManager().accept(accepted);
    }

    private static InetAddress address(SocketChannel channel) throws IOException {
        return channel.getRemoteAddress() instanceof InetSocketAddress peer
                ? peer.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key)
            throws IOException {
        ClientEndPoint endPoint = new ClientEndPoint(channel, selector, key, address(channel));
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }

    /** Reports to the connections what happens to it. */
    private final class ClientEndPoint extends SocketChannelEndPoint implements ClientConnection.Holder {

        private final ClientConnection client;

        ClientEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, InetAddress address) {
            super(channel, selector, key, BoundedConnector.this.getScheduler());
            client = new ClientConnection(address, isTls, this::close);
        }

        @Override
        public ClientConnection client() {
            return client;
        }

        @Override
        public void onOpen() {
            connections.add(client);
            super.onOpen();
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
        public void onClose(Throwable cause) {
            connections.remove(client);
            super.onClose(cause);
        }
    }
}
