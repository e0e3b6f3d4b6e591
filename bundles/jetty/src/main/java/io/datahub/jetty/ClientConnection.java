package io.datahub.jetty;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** What is known of a connection: whether its client has logged in and since when it owes a request. For any thread. */
final class ClientConnection {

    private static final long NOTHING_OWED = 0;

    private final InetAddress address;
    private final Observer observer;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile Runnable close;
    private volatile boolean known;
    private volatile boolean upgraded;
    private volatile boolean multiplexed;
    private volatile boolean waitedFor;
    private volatile long owedSince;

    /** Hears what changes about a connection. */
    interface Observer {

        /** Credentials have been valid on it. */
        void loggedIn(ClientConnection client);

        /** Its client has yet to send the rest of a head, or of a handshake; may be told again. */
        void owes(ClientConnection client);

        /** The rest has come. */
        void owesNothing(ClientConnection client);
    }

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
    ClientConnection(InetAddress address, boolean owes, Observer observer, Runnable close) {
        this.address = address;
        this.observer = observer;
        this.close = close;
        owedSince = owes ? now() : NOTHING_OWED;
    }

    InetAddress address() {
        return address;
    }

    /** From now on this closes it. */
    void closeBy(Runnable other) {
        close = other;
    }

    /** Bytes have come; outside a request they begin the head of one. */
    void received() {
        if (owedSince == NOTHING_OWED && !upgraded && !multiplexed && !isInRequest()) {
            owedSince = now();
        }
    }

    /** What has come isn't enough, so that the server waits for more; a head that comes as a whole is never waited for. */
    void awaitsMore() {
        if (isOwing()) {
            waitedFor = true;
            observer.owes(this);
        }
    }

    /** The head of a request is complete. */
    void begun(boolean isMultiplexed) {
        requests.incrementAndGet();
        multiplexed |= isMultiplexed;
        owedSince = NOTHING_OWED;
        if (waitedFor) {
            waitedFor = false;
            observer.owesNothing(this);
        }
    }

    /** Its client has shown valid credentials. */
    void loggedIn() {
        if (!known) {
            known = true;
            observer.loggedIn(this);
        }
    }

    /**
     * A request is over.
     *
     * @param isUpgraded whether the connection speaks another protocol from now on
     */
    void over(boolean isUpgraded) {
        upgraded |= isUpgraded;
        requests.decrementAndGet();
    }

    /** Whether it has a request that isn't answered yet, or has become a WebSocket. */
    boolean isBusy() {
        return upgraded || isInRequest();
    }

    private boolean isInRequest() {
        return requests.get() > 0;
    }

    /** Whether the rest of a head, or of a handshake, is yet to come. */
    boolean isOwing() {
        return owedSince != NOTHING_OWED;
    }

    /** For how long it has been owing, in nanoseconds; means nothing if it isn't. */
    long owedNanos() {
        return System.nanoTime() - owedSince;
    }

    void close() {
        close.run();
    }

    private static long now() {
        return System.nanoTime() | 1;
    }
}
