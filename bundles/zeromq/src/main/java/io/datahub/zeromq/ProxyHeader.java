package io.datahub.zeromq;

import io.datahub.api.event.SharedBuffer;
import io.datahub.api.net.ProxyProtocol;

/**
 * What a listed proxy says of the client that it speaks for, before the client's own greeting: see {@link ProxyProtocol}. A
 * proxy that begins with a greeting speaks for itself.
 */
final class ProxyHeader implements ProtocolState {

    private final Connection connection;

    ProxyHeader(Connection connection) {
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
                // the rest comes
            }
        }
        return from + header.length();
    }

    @Override
    public long wanted() {
        return 0;
    }
}
