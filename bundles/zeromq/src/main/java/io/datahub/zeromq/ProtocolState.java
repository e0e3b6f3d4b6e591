package io.datahub.zeromq;

import io.datahub.api.event.SharedBuffer;

/** What a connection is at: a proxy's header, greeting, handshake or traffic. Reads what came in where it stands. */
sealed interface ProtocolState permits ProxyHeader, ZmtpGreeting, Handshake, MessageDecoder, CurveMessageDecoder {

    /**
     * Reads everything that is whole. What it leaves comes again, at the beginning of what comes next.
     *
     * @return behind what was read
     */
    int read(SharedBuffer buffer, int from, int to) throws ProtocolException;

    /** How long that is which has begun and isn't whole yet, as far as that is known by now; in bytes. */
    long wanted();
}
