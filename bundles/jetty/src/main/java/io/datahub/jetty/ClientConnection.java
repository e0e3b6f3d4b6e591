package io.datahub.jetty;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** What is known of a connection: whether its client has logged in and since when it owes a request. For any thread. */
final class ClientConnection {

    private static final long NOTHING_OWED = 0;

    private final InetAddress address;
    private final Runnable close;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile boolean known;
    private volatile boolean streams;
    private volatile long owedSince;

    /** An end point that has one. */
    interface Holder {
        ClientConnection client();
    }

    /**
     * A connection that has just begun.
     *
     * @param owes whether the client has to say something at once, as with TLS
     * @param close closes it
     */
    ClientConnection(InetAddress address, boolean owes, Runnable close) {
        this.address = address;
        this.close = close;
        owedSince = owes ? now() : NOTHING_OWED;
    }

    InetAddress address() {
        return address;
    }

    /** Bytes have come; outside a request they begin the head of one. */
    void received() {
        if (owedSince == NOTHING_OWED && !streams && requests.get() == 0) {
            owedSince = now();
        }
    }

    /** The head of a request is complete. */
    void begun(boolean isMultiplexed) {
        requests.incrementAndGet();
        streams |= isMultiplexed;
        owedSince = NOTHING_OWED;
    }

    /**
     * A request is over.
     *
     * @param loggedIn whether its client showed valid credentials
     * @param isUpgraded whether the connection speaks another protocol from now on
     */
    void over(boolean loggedIn, boolean isUpgraded) {
        known |= loggedIn;
        streams |= isUpgraded;
        requests.decrementAndGet();
    }

    /** Whether credentials have been valid on it. */
    boolean isKnown() {
        return known;
    }

    boolean isBusy() {
        return requests.get() > 0;
    }

    /** Whether it has owed the rest of a head, or of a handshake, for longer than that. */
    boolean owesLongerThan(long nanos) {
        long since = owedSince;
        return since != NOTHING_OWED && System.nanoTime() - since > nanos;
    }

    void close() {
        close.run();
    }

    private static long now() {
        return System.nanoTime() | 1;
    }
}
