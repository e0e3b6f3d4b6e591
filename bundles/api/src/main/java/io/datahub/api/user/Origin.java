package io.datahub.api.user;

import java.net.InetAddress;

/**
 * Where a client comes from.
 *
 * @param transport the way in, such as {@code zeromq} or {@code http}
 * @param address the client's address
 * @param confidential whether the way is encrypted, so that nobody in between can read a token
 */
public record Origin(String transport, InetAddress address, boolean confidential) {

    /** For logs, such as {@code zeromq:127.0.0.1}. */
    @Override
    public String toString() {
        return transport + ":" + address.getHostAddress();
    }
}
