package io.datahub.api.user;

import io.datahub.api.net.IpAddress;
import java.net.InetAddress;

/**
 * Where a client comes from. The HTTP server gives it to handlers as the request attribute of this class's name, with what
 * listed proxies say counted in, so that no handler has to find it out by itself.
 *
 * @param transport the way in, such as {@code zeromq} or {@code http}
 * @param address the client's address
 * @param confidential whether the way is encrypted, so that nobody in between can read a token
 * @param shared whether many clients come from that address, as through a proxy, so that no limit by address is meant for
 *     it; loopback always is
 * @param local whether the client is on this machine; never where a proxy speaks for it, whatever address that tells
 */
public record Origin(String transport, InetAddress address, boolean confidential, boolean shared, boolean local) {

    /** Of a client that no proxy speaks for. */
    public Origin(String transport, InetAddress address, boolean confidential, boolean shared) {
        this(transport, address, confidential, shared, address.isLoopbackAddress());
    }

    /** Of a client with an address of its own, or on this machine. */
    public Origin(String transport, InetAddress address, boolean confidential) {
        this(transport, address, confidential, address.isLoopbackAddress());
    }

    /** The same client by another way in. */
    public Origin by(String way) {
        return new Origin(way, address, confidential, shared, local);
    }

    /** For logs, such as {@code zeromq:127.0.0.1} or {@code http:[0:0:0:0:0:0:0:1]}. */
    @Override
    public String toString() {
        return transport + ":" + IpAddress.inUrl(address);
    }
}
