package io.datahub.jetty.connections;

import io.datahub.api.log.LogText;
import io.datahub.api.net.ProxyProtocol;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.ProxyConnectionFactory.ProxyEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the header of the PROXY protocol, version 1 or 2, that a listed proxy may send before all other data; a
 * malformed one closes the connection. Connections from other addresses are passed on unchanged.
 */
final class ProxyProtocolFactory extends AbstractConnectionFactory {

    private static final Logger LOG = LoggerFactory.getLogger(ProxyProtocolFactory.class);

    /** Enough for any header without long extensions. */
    private static final int FIRST_BYTES = 512;

    private final Supplier<ForwardedHeaders> forwardedHeaders;

    ProxyProtocolFactory(Supplier<ForwardedHeaders> forwardedHeaders) {
        super("[proxy]");
        this.forwardedHeaders = forwardedHeaders;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        ConnectionFactory next = connector.getConnectionFactory(findNextProtocol(connector));
        boolean isProxy = endPoint.getRemoteSocketAddress() instanceof InetSocketAddress peer
                && forwardedHeaders.get().isProxy(peer.getAddress());
        return isProxy
                ? configure(new HeaderConnection(connector, endPoint, next), connector, endPoint)
                : next.newConnection(connector, endPoint);
    }

    /** A connection until its header is read, or is known to be absent. */
    private static final class HeaderConnection extends AbstractConnection implements Connection.UpgradeFrom {

        private final Connector connector;
        private final ConnectionFactory next;

        /** Received data; the unread part is between position and limit. */
        private ByteBuffer buffer = BufferUtil.allocate(FIRST_BYTES);

        HeaderConnection(Connector connector, EndPoint endPoint, ConnectionFactory next) {
            super(endPoint, connector.getExecutor());
            this.connector = connector;
            this.next = next;
        }

        @Override
        public ByteBuffer onUpgradeFrom() {
            return buffer.hasRemaining() ? buffer : null;
        }

        @Override
        public void onOpen() {
            super.onOpen();
            fillInterested();
        }

        @Override
        public void onFillable() {
            try {
                int filled = getEndPoint().fill(buffer);
                if (filled > 0) {
                    read();
                } else if (filled == 0) {
                    fillInterested();
                } else {
                    close();
                }
            } catch (Exception e) {
                LOG.debug("event=http.connection.failed endPoint={}", LogText.quoted(getEndPoint()), e);
                close();
            }
        }

        private void read() {
            ProxyProtocol.Header header = ProxyProtocol.read(buffer, buffer.position(), buffer.limit());
            switch (header.state()) {
                case ABSENT -> getEndPoint().upgrade(next.newConnection(connector, getEndPoint()));
                case COMPLETE -> upgrade(header);
                case MALFORMED -> {
                    LOG.debug(
                            "event=http.connection.closed endPoint={} reason=\"malformed PROXY header\"",
                            LogText.quoted(getEndPoint()));
                    close();
                }
                case INCOMPLETE -> {
                    if (BufferUtil.isFull(buffer)) {
                        buffer = BufferUtil.ensureCapacity(buffer, ProxyProtocol.MAX_BYTES);
                    }
                    fillInterested();
                }
            }
        }

        private boolean isAllowed(InetAddress address) {
            return ClientConnection.Holder.of(getEndPoint())
                    .map(client -> client.identified(address))
                    .orElse(true);
        }

        private void upgrade(ProxyProtocol.Header header) {
            if (header.client() != null && !isAllowed(header.client().getAddress())) {
                LOG.debug(
                        "event=http.connection.closed endPoint={} reason=\"too many connections from this address\"",
                        LogText.quoted(header.client()));
                close();
                return;
            }
            buffer.position(buffer.position() + header.length());
            EndPoint client = new ProxyEndPoint(
                    getEndPoint(),
                    getEndPoint().getLocalSocketAddress(),
                    header.client(),
                    null,
                    header.encrypted() ? EndPoint.SslSessionData.from(null, null, null, null) : null);
            client.upgrade(next.newConnection(connector, client));
        }
    }
}
