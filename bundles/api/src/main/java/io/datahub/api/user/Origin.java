package io.datahub.api.user;

import io.datahub.api.net.IpAddress;
import java.net.InetAddress;

/**
 * Where a client connects from. The HTTP server passes it to handlers as the request attribute named after this class,
 * with information from trusted proxies already applied, so that handlers need not evaluate that themselves.
 *
 * @param transport the transport, such as {@code zeromq} or {@code http}
 * @param address the client's address
 * @param confidential whether the connection is encrypted, so that no one in between can read a token
 * @param shared whether many clients share the address, as through a proxy, so that limits by address don't apply to
 *     it; loopback always is shared
 * @param local whether the client is on this machine; never true for a client behind a proxy, whatever its address
 */
public record Origin(String transport, InetAddress address, boolean confidential, boolean shared, boolean local) {

    /**
     * For a client that is not behind a proxy.
     *
     * @param transport the transport, such as {@code zeromq} or {@code http}
     * @param address the client's address
     * @param confidential whether the connection is encrypted
     * @param shared whether many clients share the address, as through a proxy
     */
    public Origin(String transport, InetAddress address, boolean confidential, boolean shared) {
        this(transport, address, confidential, shared, address.isLoopbackAddress());
    }

    /**
     * For a client with its own address, or on this machine.
     *
     * @param transport the transport, such as {@code zeromq} or {@code http}
     * @param address the client's address
     * @param confidential whether the connection is encrypted
     */
    public Origin(String transport, InetAddress address, boolean confidential) {
        this(transport, address, confidential, address.isLoopbackAddress());
    }

    /**
     * The same client on another transport.
     *
     * @param name the transport
     * @return the origin
     */
    public Origin withTransport(String name) {
        return new Origin(name, address, confidential, shared, local);
    }

    /** For logs, such as {@code zeromq:127.0.0.1} or {@code http:[0:0:0:0:0:0:0:1]}. */
    @Override
    public String toString() {
        return transport + ":" + IpAddress.inUrl(address);
    }
}
