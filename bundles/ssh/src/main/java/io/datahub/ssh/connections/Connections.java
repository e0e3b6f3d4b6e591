package io.datahub.ssh.connections;

import io.datahub.api.event.CloseReason;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.net.ConnectionLimiter;
import io.datahub.api.net.IpAddress;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.ssh.session.SshServices;
import io.datahub.ssh.session.SshSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.server.session.ServerSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of the endpoint. They are limited in total, per address, and before the login; when there are too many
 * that aren't logged in, the oldest of the address or IPv6 network that has the most of them is closed, so that one
 * address can't keep the others from logging in. A connection whose client has logged in gets an
 * {@link SshSession}. Thread-safe.
 */
public final class Connections implements SessionListener {

    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
    private static final AttributeKey<Client> CLIENT = new AttributeKey<>();
    private static final AttributeKey<SshSession> SESSION = new AttributeKey<>();

    private final SshServices services;
    private final Supplier<? extends ConnectionLimiter.Limits> limits;
    private final IntSupplier maxHandshakes;
    private final ConnectionLimiter limiter = new ConnectionLimiter();
    private final LongAdder refused = new LongAdder();
    private final LongAdder evicted = new LongAdder();

    /** The connections that aren't logged in, oldest first. Guarded by this. */
    private final Set<Session> handshakes = new LinkedHashSet<>();

    /**
     * Creates the only one of an endpoint.
     *
     * @param services the hub's services
     * @param limits the current limits
     * @param maxHandshakes the current limit of connections that aren't logged in
     */
    public Connections(
            SshServices services, Supplier<? extends ConnectionLimiter.Limits> limits, IntSupplier maxHandshakes) {
        this.services = services;
        this.limits = limits;
        this.maxHandshakes = maxHandshakes;
    }

    @Override
    public void sessionCreated(Session connection) {
        InetAddress address = ((InetSocketAddress) connection.getIoSession().getRemoteAddress()).getAddress();
        if (!limiter.tryAcquire(address, limits.get())) {
            refused.increment();
            connection.close(true);
            return;
        }
        connection.setAttribute(CLIENT, new Client(address, true));
        evictedFor(connection).ifPresent(one -> {
            evicted.increment();
            one.close(true);
        });
    }

    /** Adds a connection; returns the one that makes room for it. */
    private synchronized Optional<Session> evictedFor(Session added) {
        handshakes.add(added);
        if (handshakes.size() <= maxHandshakes.getAsInt()) {
            return Optional.empty();
        }
        Map<InetAddress, List<Session>> byNetwork = handshakes.stream()
                .collect(Collectors.groupingBy(Connections::network, LinkedHashMap::new, Collectors.toList()));
        Session one = byNetwork.values().stream()
                .max(Comparator.comparingInt(List::size)) // of several, the first, which has the oldest connection
                .orElseThrow()
                .get(0);
        handshakes.remove(one);
        return Optional.of(one);
    }

    private static InetAddress network(Session connection) {
        Client client = connection.getAttribute(CLIENT);
        return client == null ? IpAddress.UNKNOWN : IpAddress.network(client.address());
    }

    private synchronized void forgetHandshake(Session connection) {
        handshakes.remove(connection);
    }

    @Override
    public void sessionClosed(Session connection) {
        forgetHandshake(connection);
        Client client = connection.removeAttribute(CLIENT);
        if (client != null) {
            limiter.release(client.address());
        }
        SshSession session = connection.removeAttribute(SESSION);
        if (session != null) {
            session.end();
        }
    }

    /** The client's address as its proxy reports it; false if there are too many connections from it. */
    boolean forwarded(ServerSession connection, InetSocketAddress address) {
        Client client = connection.getAttribute(CLIENT);
        if (client == null || !limiter.tryMove(client.address(), address.getAddress(), limits.get())) {
            refused.increment();
            return false;
        }
        connection.setAttribute(CLIENT, new Client(address.getAddress(), false));
        return true;
    }

    /** Where a client connects from. */
    public Origin origin(ServerSession connection) {
        Client client = connection.getAttribute(CLIENT);
        if (client == null) {
            throw new IllegalStateException("the connection was refused or is closed");
        }
        InetAddress address = client.address();
        return new Origin(
                "ssh", address, true, limits.get().isShared(address), client.direct() && address.isLoopbackAddress());
    }

    /** Opens the session of a client that has logged in. */
    public void loggedIn(ServerSession connection, Login login) {
        forgetHandshake(connection);
        if (connection.getAttribute(SESSION) != null) {
            return;
        }
        SshSession session = new SshSession(services, login, reason -> disconnect(connection, reason));
        connection.setAttribute(SESSION, session);
        if (connection.isClosing()) {
            sessionClosed(connection);
        }
    }

    /** The session of a connection whose client has logged in. */
    public SshSession session(ServerSession connection) {
        SshSession session = connection.getAttribute(SESSION);
        if (session == null) {
            throw new IllegalStateException("the client has not logged in, or its connection is closed");
        }
        return session;
    }

    private static void disconnect(ServerSession connection, CloseReason reason) {
        String text = switch (reason) {
            case ACCESS_LOST -> "the user or its credential is not valid any more";
            case DISCONNECTED -> "disconnected by an administrator";
            case HUB_STOPS -> "the hub stops";
            case TOO_SLOW -> "too slow";
        };
        try {
            connection.disconnect(SshConstants.SSH2_DISCONNECT_BY_APPLICATION, text);
        } catch (IOException e) {
            LOG.debug("event=ssh.connection.lost client={} reason={}", connection, LogText.quoted(e.getMessage()), e);
            connection.close(true);
        }
    }

    /** The number of connections. */
    public int count() {
        return limiter.count();
    }

    /** The number of connections that aren't logged in. */
    public synchronized int handshakes() {
        return handshakes.size();
    }

    /** The addresses of the clients that aren't logged in. */
    public synchronized Set<String> addresses() {
        return handshakes.stream()
                .map(connection -> connection.getAttribute(CLIENT))
                .filter(Objects::nonNull)
                .map(client -> client.address().getHostAddress())
                .collect(Collectors.toSet());
    }

    /** Reports the number of connections. */
    public void report(MetricReport report) {
        report.gauge(
                "datahub_ssh_connections", "SSH connections, including those that aren't logged in", limiter.count());
        String help = "SSH connections closed or refused because of a limit, by limit";
        report.counter("datahub_ssh_connections_refused_total", help, refused.sum(), "limit", "connections");
        report.counter("datahub_ssh_connections_refused_total", help, evicted.sum(), "limit", "handshakes");
    }
}
