package io.datahub.zeromq;

import io.datahub.api.Result;
import io.datahub.api.net.ProxyProtocol;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.zeromq.curve.CurveMechanism;
import io.datahub.zeromq.curve.CurveSessionKeys;
import io.datahub.zeromq.curve.KeyStreamBatch;
import io.datahub.zeromq.zmtp.ConnectionContext;
import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.Handshake;
import io.datahub.zeromq.zmtp.Mechanism;
import io.datahub.zeromq.zmtp.NullMechanism;
import io.datahub.zeromq.zmtp.PeerText;
import io.datahub.zeromq.zmtp.PlainMechanism;
import io.datahub.zeromq.zmtp.ProtocolException;
import io.datahub.zeromq.zmtp.ProtocolState;
import io.datahub.zeromq.zmtp.ProxyHeader;
import io.datahub.zeromq.zmtp.ZmtpGreeting;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A connection's setup, until its peer is authenticated or refused: the client's address, the choice of mechanism,
 * authentication, and deadlines. For the loop's thread.
 */
final class ConnectionSetup {

    private static final Credentials NO_CREDENTIALS = new Credentials.None();
    private static final long NEVER = 0;

    private final ConnectionContext connection;
    private final EndpointContext context;

    /** The client's address; the proxy's until its PROXY header is read. */
    private InetSocketAddress address;

    /** When the connection is closed by timeout, in nanoseconds; {@link #NEVER} after authentication. */
    private long deadline;

    /** The credentials that the peer presented; cleared after authentication. */
    private Credentials presented = NO_CREDENTIALS;

    /** Whether the client uses TLS to the proxy. */
    private boolean encrypted;

    /** The CURVE handshake; null if the peer doesn't use CURVE. */
    private CurveMechanism curve;

    private boolean direct = true;
    private boolean confidential;
    private boolean refused;

    ConnectionSetup(ConnectionContext connection, EndpointContext context, InetSocketAddress address, long now) {
        this.connection = connection;
        this.context = context;
        this.address = address;
        deadline = now + context.settings().handshakeNanos();
    }

    /** The initial state: a PROXY header from listed proxies, a greeting from all others. */
    ProtocolState initialState() {
        return context.settings().proxies().contains(address.getAddress())
                ? new ProxyHeader(connection)
                : new ZmtpGreeting(connection);
    }

    InetSocketAddress address() {
        return address;
    }

    /** Applies a PROXY header: from now on the client's address is used for logs, limits and authentication. */
    void forwarded(ProxyProtocol.Header header) throws ProtocolException {
        InetSocketAddress client = header.client();
        if (!context.connectionLimiter().tryMove(address.getAddress(), client.getAddress(), context.settings())) {
            throw new ProtocolException(DisconnectReason.TOO_MANY_CONNECTIONS);
        }
        address = client;
        encrypted = header.encrypted();
        direct = false;
    }

    /**
     * Starts the handshake of the security mechanism that the peer requested.
     *
     * @throws ProtocolException if the mechanism isn't supported
     */
    ProtocolState handshake(String name) throws ProtocolException {
        Mechanism mechanism = switch (name) {
            case PlainMechanism.NAME -> new PlainMechanism(this::authenticate);
            case NullMechanism.NAME -> new NullMechanism(this::authenticate);
            case CurveMechanism.NAME -> {
                curve = new CurveMechanism(context.keys(), this::authenticate);
                yield curve;
            }
            default ->
                throw new ProtocolException(
                        DisconnectReason.UNKNOWN_MECHANISM,
                        "the security mechanism " + PeerText.prefix(name) + " isn't supported");
        };
        confidential = encrypted || curve != null;
        connection.send(ZmtpGreeting.remainder(name, !name.equals(NullMechanism.NAME)));
        return new Handshake(connection, mechanism);
    }

    private CompletionStage<Result<Login>> authenticate(Credentials credentials) {
        presented = credentials;
        return context.authenticator().authenticate(credentials, origin());
    }

    private Origin origin() {
        boolean shared = context.settings().isShared(address.getAddress());
        boolean local = direct && address.getAddress().isLoopbackAddress();
        return new Origin("zeromq", address.getAddress(), confidential, shared, local);
    }

    /** Called when the peer is authenticated. */
    void succeeded() {
        presented = NO_CREDENTIALS;
        deadline = NEVER;
    }

    /** The keys for the messages after the handshake; empty if they aren't encrypted by CURVE. */
    Optional<CurveSessionKeys> sessionKeys(KeyStreamBatch batch) {
        return Optional.ofNullable(curve).map(mechanism -> mechanism.sessionKeys(batch));
    }

    /** Delays closing the connection, so that the peer doesn't reconnect at once. */
    void refuse(long now) {
        refused = true;
        long delay = context.authenticator().failureDelay(presented, origin()).toNanos();
        deadline = now + Math.max(delay, context.settings().rejectionDelayNanos());
    }

    boolean isRefused() {
        return refused;
    }

    /** Whether the handshake timed out, or the delay of a refused connection is over. */
    boolean isOverdue(long now) {
        return deadline != NEVER && now - deadline > 0;
    }

    /** Called when the connection is closed. */
    void closed() {
        context.connectionLimiter().release(address.getAddress());
    }
}
