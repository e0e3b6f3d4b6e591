package io.datahub.zeromq;

import io.datahub.api.Result;
import io.datahub.api.net.ProxyProtocol;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import java.net.InetSocketAddress;

/**
 * A connection's way in, until its peer is logged in or held back: where it comes from, how it logs in, and until when that
 * may take. For the loop's thread.
 */
final class ConnectionSetup {

    private static final Credentials NOTHING = new Credentials.None();
    private static final long NEVER = 0;

    private final Connection connection;
    private final EndpointContext reception;

    /** The client's; at first that of the proxy in between, where there is one. */
    private InetSocketAddress address;

    /** When the connection is to be closed whatever comes. */
    private long deadline;

    /** What the peer showed to log in; forgotten once it is. */
    private Credentials shown = NOTHING;

    /** Whether the client speaks TLS to the proxy in between. */
    private boolean encrypted;

    private boolean direct = true;
    private boolean confidential;
    private boolean refused;

    ConnectionSetup(Connection connection, EndpointContext reception, InetSocketAddress address, long now) {
        this.connection = connection;
        this.reception = reception;
        this.address = address;
        deadline = now + reception.settings().handshakeNanos();
    }

    /** What comes first. */
    ProtocolState firstStage() {
        return reception.settings().proxies().contains(address.getAddress())
                ? new ProxyHeader(connection)
                : new ZmtpGreeting(connection);
    }

    InetSocketAddress address() {
        return address;
    }

    /** A proxy said whom it speaks for: that is where the connection comes from, for logs, limits and users. */
    void forwarded(ProxyProtocol.Header header) throws ProtocolException {
        InetSocketAddress client = header.client();
        if (!reception.admission().move(address.getAddress(), client.getAddress(), reception.settings())) {
            throw new ProtocolException(DisconnectReason.TOO_MANY_CONNECTIONS);
        }
        address = client;
        encrypted = header.encrypted();
        direct = false;
    }

    /** The handshake of the mechanism that the peer named, which may be one that isn't served. */
    ProtocolState handshake(String name) throws ProtocolException {
        Mechanism mechanism = switch (name) {
            case PlainMechanism.NAME -> new PlainMechanism(this::authenticate);
            case NullMechanism.NAME -> new NullMechanism(this::authenticate);
            case CurveMechanism.NAME -> new CurveMechanism(reception.keys(), this::authenticate);
            default ->
                throw new ProtocolException(
                        DisconnectReason.UNKNOWN_MECHANISM, "the mechanism " + Peers.printable(name) + " isn't served");
        };
        confidential = encrypted || name.equals(CurveMechanism.NAME);
        connection.send(ZmtpGreeting.rest(name, !name.equals(NullMechanism.NAME)));
        return new Handshake(connection, mechanism);
    }

    private Result<Login> authenticate(Credentials credentials) {
        shown = credentials;
        return reception.authenticator().authenticate(credentials, origin());
    }

    private Origin origin() {
        boolean shared = reception.settings().isShared(address.getAddress());
        boolean local = direct && address.getAddress().isLoopbackAddress();
        return new Origin("zeromq", address.getAddress(), confidential, shared, local);
    }

    /** The peer is logged in. */
    void passed() {
        shown = NOTHING;
        deadline = NEVER;
        reception.handshakes().over(connection);
    }

    /** Holds the connection back for a while, so that the peer doesn't try again at once. */
    void refuse(long now) {
        refused = true;
        long penalty = reception.authenticator().penalty(shown, origin()).toNanos();
        deadline = now + Math.max(penalty, reception.settings().failCloseNanos());
        reception.handshakes().failed(connection, reception.settings());
    }

    boolean isRefused() {
        return refused;
    }

    /** Whether it took too long, or was held back for long enough. */
    boolean isOverdue(long now) {
        return deadline != NEVER && now - deadline > 0;
    }

    /** The connection is closed. */
    void left() {
        reception.handshakes().over(connection);
        reception.admission().leave(address.getAddress());
    }
}
