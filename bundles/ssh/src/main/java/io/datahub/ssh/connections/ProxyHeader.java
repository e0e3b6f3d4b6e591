package io.datahub.ssh.connections;

import io.datahub.api.net.ProxyProtocol;
import io.datahub.api.user.Networks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.session.ServerProxyAcceptor;
import org.apache.sshd.server.session.ServerSession;

/**
 * Reads the PROXY header that a listed proxy sends before the client's identification: see {@link ProxyProtocol}. A proxy
 * that starts with an identification connects on its own behalf. From any other address a header is no identification,
 * so that the connection is closed. Thread-safe.
 */
public final class ProxyHeader implements ServerProxyAcceptor {

    private static final AttributeKey<Boolean> READ = new AttributeKey<>();

    private final Connections connections;
    private final Supplier<Networks> proxies;

    /**
     * Creates the only one of an endpoint.
     *
     * @param connections get the clients' addresses
     * @param proxies the current list of proxies
     */
    public ProxyHeader(Connections connections, Supplier<Networks> proxies) {
        this.connections = connections;
        this.proxies = proxies;
    }

    /** Called again with the same bytes if the identification after them is incomplete. */
    @Override
    public boolean acceptServerProxyMetadata(ServerSession connection, Buffer buffer) throws IOException {
        InetAddress peer = ((InetSocketAddress) connection.getIoSession().getRemoteAddress()).getAddress();
        if (!proxies.get().contains(peer)) {
            return true;
        }
        ByteBuffer bytes = ByteBuffer.wrap(buffer.array());
        ProxyProtocol.Header header = ProxyProtocol.read(bytes, buffer.rpos(), buffer.wpos());
        return switch (header.state()) {
            case ABSENT -> true;
            case INCOMPLETE -> false;
            case MALFORMED -> throw new IOException("malformed PROXY header");
            case COMPLETE -> {
                forwarded(connection, header);
                buffer.rpos(buffer.rpos() + header.length());
                yield true;
            }
        };
    }

    private void forwarded(ServerSession connection, ProxyProtocol.Header header) throws IOException {
        if (connection.getAttribute(READ) == null) {
            if (!connections.forwarded(connection, header.client())) {
                throw new IOException("there are too many connections from the client's address");
            }
            connection.setAttribute(READ, true);
        }
    }
}
