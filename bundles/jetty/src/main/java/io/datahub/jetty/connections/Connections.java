package io.datahub.jetty.connections;

import io.datahub.api.FileDescriptors;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.net.IpAddress;
import io.datahub.jetty.JettyConfiguration;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/**
 * Limits the connections to all HTTP sockets: in total, per address, and unauthenticated. At the limit, the oldest
 * unauthenticated connection is evicted: those with an incomplete request head first, then those without a request in
 * flight. A connection for which a proxy reports the client by the PROXY protocol is counted for that client.
 * Connections whose request head or TLS handshake takes too long are closed. Thread-safe.
 */
public final class Connections implements ClientConnection.Observer {

    private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Predicate<InetAddress> isExempt;
    private final LongAdder refused = new LongAdder();
    private final LongAdder evicted = new LongAdder();
    private final LongAdder timeouts = new LongAdder();
    private volatile Limits limits;

    /** Guarded by this, as are the next three. */
    private final Set<ClientConnection> authenticated = new HashSet<>();

    /** Unauthenticated connections, oldest first. */
    private final Set<ClientConnection> unauthenticated = new LinkedHashSet<>();

    /** Connections with an incomplete request head or TLS handshake, longest waiting first. */
    private final Set<ClientConnection> incomplete = new LinkedHashSet<>();

    private final Map<InetAddress, Integer> byAddress = new HashMap<>();

    /**
     * Creates an empty registry.
     *
     * @param isExempt whether an address is exempt from the limit per address
     */
    public Connections(Limits limits, Predicate<InetAddress> isExempt) {
        this.limits = limits;
        this.isExempt = isExempt;
    }

    /**
     * The limits.
     *
     * @param headNanos timeout of a request head or a TLS handshake
     */
    public record Limits(int total, int perAddress, int unauthenticated, long headNanos) {

        /** The configured limits, capped at a transport's share of the process's file descriptors. */
        public static Limits of(JettyConfiguration configuration, long descriptors) {
            int total = (int) Math.min(configuration.maxConnections(), FileDescriptors.share(descriptors));
            return new Limits(
                    total,
                    Math.max(1, configuration.maxConnectionsPerAddress()),
                    Math.max(1, Math.min(configuration.maxUnauthenticated(), total / 2)),
                    TimeUnit.MILLISECONDS.toNanos(Math.max(100, configuration.requestHeadTimeoutMillis())));
        }
    }

    public void setLimits(Limits changed) {
        limits = changed;
    }

    /**
     * Registers a connection, which has to be {@link #remove removed} when it closes. At the limit, the oldest
     * unauthenticated connection is evicted.
     *
     * @return false if it is refused, because there are too many connections from its address, or all connections up
     * to the limit are authenticated
     */
    public boolean admit(ClientConnection client) {
        Optional<ClientConnection> oldest = Optional.empty();
        boolean isAdmitted;
        synchronized (this) {
            isAdmitted = !isAddressLimitReached(client.address());
            if (isAdmitted && isFull()) {
                oldest = oldestUnauthenticated();
                oldest.ifPresent(this::remove);
                isAdmitted = oldest.isPresent();
            }
            if (isAdmitted) {
                unauthenticated.add(client);
                byAddress.merge(IpAddress.network(client.address()), 1, Integer::sum);
            }
        }
        oldest.ifPresent(ClientConnection::close);
        evicted.add(oldest.isPresent() ? 1 : 0);
        refused.add(isAdmitted ? 0 : 1);
        return isAdmitted;
    }

    private boolean isAddressLimitReached(InetAddress address) {
        return byAddress.getOrDefault(IpAddress.network(address), 0) >= limits.perAddress() && !isExempt.test(address);
    }

    private boolean isFull() {
        return count() >= limits.total() || unauthenticated.size() >= limits.unauthenticated();
    }

    /**
     * The longest incomplete head, so that a flood of them evicts none whose heads arrive complete; otherwise the
     * oldest connection without a request in flight, or the oldest of all.
     */
    private Optional<ClientConnection> oldestUnauthenticated() {
        return incomplete.stream()
                .filter(client -> client.isIncomplete() && unauthenticated.contains(client))
                .findFirst()
                .or(() -> unauthenticated.stream()
                        .filter(client -> !client.isBusy())
                        .findFirst())
                .or(() -> unauthenticated.stream().findFirst());
    }

    /** Removes a closed connection; a no-op if it isn't registered. */
    public synchronized void remove(ClientConnection client) {
        incomplete.remove(client);
        if (unauthenticated.remove(client) || authenticated.remove(client)) {
            uncount(client);
        }
    }

    private void uncount(ClientConnection client) {
        byAddress.computeIfPresent(IpAddress.network(client.address()), (same, n) -> n > 1 ? n - 1 : null);
    }

    @Override
    public boolean identified(ClientConnection client, InetAddress address) {
        synchronized (this) {
            if (!isAddressLimitReached(address)) {
                if (unauthenticated.contains(client) || authenticated.contains(client)) {
                    uncount(client);
                    client.setAddress(address);
                    byAddress.merge(IpAddress.network(address), 1, Integer::sum);
                }
                return true;
            }
        }
        refused.increment();
        return false;
    }

    @Override
    public synchronized void authenticated(ClientConnection client) {
        if (unauthenticated.remove(client)) {
            authenticated.add(client);
        }
    }

    @Override
    public synchronized void incomplete(ClientConnection client) {
        if (unauthenticated.contains(client) || authenticated.contains(client)) {
            incomplete.add(client);
        }
    }

    @Override
    public synchronized void complete(ClientConnection client) {
        incomplete.remove(client);
    }

    /**
     * Closes connections whose request head or TLS handshake has timed out. Only incomplete ones are checked.
     *
     * @return nanoseconds until the next check: at most one second, which is also the value if no connection is
     * incomplete
     */
    public long closeTimedOut() {
        long timeout = limits.headNanos();
        long pause = MAX_PAUSE_NANOS;
        List<ClientConnection> timedOut = new ArrayList<>();
        synchronized (this) {
            Iterator<ClientConnection> iterator = incomplete.iterator();
            while (iterator.hasNext()) {
                ClientConnection client = iterator.next();
                long left = client.isIncomplete() ? timeout - client.incompleteNanos() : 0;
                if (left > 0) {
                    pause = Math.min(Math.max(left, MIN_PAUSE_NANOS), MAX_PAUSE_NANOS);
                    break;
                }
                iterator.remove();
                timedOut.add(client);
            }
        }
        timedOut.removeIf(client -> !client.isIncomplete());
        timeouts.add(timedOut.size());
        timedOut.forEach(ClientConnection::close);
        return pause;
    }

    public synchronized int count() {
        return authenticated.size() + unauthenticated.size();
    }

    public void report(MetricReport report) {
        String help = "HTTP connections closed or refused because of a limit, by limit";
        report.counter("datahub_http_connections_refused_total", help, refused.sum(), "limit", "connections");
        report.counter("datahub_http_connections_refused_total", help, evicted.sum(), "limit", "unauthenticated");
        report.counter("datahub_http_connections_refused_total", help, timeouts.sum(), "limit", "head");
    }
}
