package io.datahub.zeromq.zmtp;

import io.datahub.api.event.SharedBuffer;
import io.datahub.api.net.ProxyProtocol;

/**
 * Reads the PROXY header that a listed proxy sends before the client's greeting: see {@link ProxyProtocol}. A proxy
 * that starts with a greeting connects on its own behalf.
 */
public final class ProxyHeader implements ProtocolState {

    private final ConnectionContext connection;

    public ProxyHeader(ConnectionContext connection) {
        this.connection = connection;
    }

    @Override
    public int read(SharedBuffer buffer, int from, int to) throws ProtocolException {
        ProxyProtocol.Header header = ProxyProtocol.read(buffer.bytes(), from, to);
        switch (header.state()) {
            case COMPLETE -> connection.forwarded(header);
            case ABSENT -> connection.awaitGreeting();
            case MALFORMED -> throw new ProtocolException(DisconnectReason.BAD_PROXY_HEADER);
            case INCOMPLETE -> {
                // wait for the rest
            }
        }
        return from + header.length();
    }

    @Override
    public long expectedBytes() {
        return 0;
    }
}
