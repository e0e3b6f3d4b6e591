package io.datahub.jetty;

import java.net.InetSocketAddress;
import java.util.function.Supplier;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.ProxyConnectionFactory;

/**
 * Reads the header of the PROXY protocol, version 1 or 2, that a listed proxy may put before everything else. Connections
 * of others go on as if it didn't exist.
 */
final class ProxyHeaders extends ProxyConnectionFactory {

    private final Supplier<Forwarding> forwarding;

    ProxyHeaders(Supplier<Forwarding> forwarding) {
        this.forwarding = forwarding;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        boolean isProxy = endPoint.getRemoteSocketAddress() instanceof InetSocketAddress peer
                && forwarding.get().isProxy(peer.getAddress());
        return isProxy
                ? super.newConnection(connector, endPoint)
                : connector.getConnectionFactory(findNextProtocol(connector)).newConnection(connector, endPoint);
    }
}
