package io.datahub.jetty.connections;

import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.EndPoint;

/**
 * The state of a connection: whether its client has authenticated, and since when a request head is incomplete.
 * Thread-safe.
 */
final class ClientConnection {

    private static final long COMPLETE = 0;

    /** Pipelined requests that are handled in place before other connections have their turn. */
    private static final int MAX_IN_PLACE = 16;

    private final Observer observer;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile InetAddress address;
    private volatile Runnable close;
    private volatile boolean authenticated;
    private volatile boolean upgraded;
    private volatile boolean multiplexed;
    private volatile boolean reported;
    private volatile long incompleteSince;
    private volatile boolean inPlace;
    private volatile int inPlaceLeft;

    /** Is notified of state changes of a connection. */
    interface Observer {

        /**
         * A proxy has reported the address of its client, from which on the connection is counted.
         *
         * @return whether another connection from that address is allowed
         */
        boolean identified(ClientConnection client, InetAddress address);

        /** The client has authenticated. */
        void authenticated(ClientConnection client);

        /** A request head or a TLS handshake is incomplete; may be called repeatedly. */
        void incomplete(ClientConnection client);

        /** The request head is complete. */
        void complete(ClientConnection client);
    }

    /** An end point with a client connection. */
    interface Holder {

        ClientConnection client();

        /** The client connection of an end point, or of the end point that it wraps; empty if there is none. */
        static Optional<ClientConnection> of(EndPoint endPoint) {
            EndPoint unwrapped = endPoint;
            while (unwrapped instanceof EndPoint.Wrapper wrapper) {
                unwrapped = wrapper.unwrap();
            }
            return unwrapped instanceof Holder holder ? Optional.of(holder.client()) : Optional.empty();
        }
    }

    /**
     * Creates a new connection.
     *
     * @param incomplete whether the client has to send data first, as with TLS
     * @param close closes the connection
     */
    ClientConnection(InetAddress address, boolean incomplete, Observer observer, Runnable close) {
        this.address = address;
        this.observer = observer;
        this.close = close;
        incompleteSince = incomplete ? now() : COMPLETE;
    }

    /** The address for which the connection is counted. */
    InetAddress address() {
        return address;
    }

    void setAddress(InetAddress clientAddress) {
        address = clientAddress;
    }

    /**
     * The connection was opened by a proxy for a client with this address.
     *
     * @return whether another connection from that address is allowed; if not, this one has to be closed
     */
    boolean identified(InetAddress clientAddress) {
        return observer.identified(this, clientAddress);
    }

    /** Replaces the action that closes the connection. */
    void setCloseAction(Runnable action) {
        close = action;
    }

    /** Data was received; outside a request, it starts a new request head. */
    void received() {
        if (incompleteSince == COMPLETE && !upgraded && !multiplexed && !isInRequest()) {
            incompleteSince = now();
        }
    }

    /**
     * The data received so far is incomplete and the server waits for more; not called for a head that arrives in one
     * piece.
     */
    void awaitingData() {
        if (isIncomplete()) {
            reported = true;
            observer.incomplete(this);
        }
    }

    /** A request head was received completely. */
    void requestStarted(boolean isMultiplexed) {
        requests.incrementAndGet();
        inPlace = false;
        multiplexed |= isMultiplexed;
        incompleteSince = COMPLETE;
        if (reported) {
            reported = false;
            observer.complete(this);
        }
    }

    /** Allows the next request to be handled in place. */
    void allowNextInPlace() {
        inPlace = true;
    }

    /** Whether what is received now may be handled in place; if so, a number of requests may. */
    boolean beginInPlace() {
        if (inPlace) {
            inPlaceLeft = MAX_IN_PLACE;
        }
        return inPlace;
    }

    /** Whether another request may be handled in place. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread at a time reads a connection
    boolean takeInPlace() {
        return inPlaceLeft-- > 0;
    }

    /** The client has sent valid credentials. */
    void authenticated() {
        if (!authenticated) {
            authenticated = true;
            observer.authenticated(this);
        }
    }

    /**
     * A request is complete.
     *
     * @param isUpgraded whether the connection was upgraded to another protocol
     */
    void requestCompleted(boolean isUpgraded) {
        upgraded |= isUpgraded;
        requests.decrementAndGet();
    }

    /** Whether a request is in flight, or the connection has been upgraded to a WebSocket. */
    boolean isBusy() {
        return upgraded || isInRequest();
    }

    private boolean isInRequest() {
        return requests.get() > 0;
    }

    /** Whether a request head or a TLS handshake is incomplete. */
    boolean isIncomplete() {
        return incompleteSince != COMPLETE;
    }

    /** How long the head or handshake has been incomplete, in nanoseconds; undefined if it is complete. */
    long incompleteNanos() {
        return System.nanoTime() - incompleteSince;
    }

    void close() {
        close.run();
    }

    private static long now() {
        return System.nanoTime() | 1;
    }
}
