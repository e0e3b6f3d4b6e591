package io.datahub.jetty;

import io.datahub.api.metric.MetricReport;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/**
 * Bounds the connections to all HTTP sockets: in all, from one address, and of clients that haven't logged in, of which the
 * oldest outside a request gives way. For any thread.
 */
final class Connections {

    private static final int IP6_NETWORK_BYTES = 8;

    private final Predicate<InetAddress> isSpared;
    private final LongAdder refused = new LongAdder();
    private final LongAdder displaced = new LongAdder();
    private final LongAdder late = new LongAdder();
    private volatile Limits limits;

    /** Guarded by this, as are the next two. */
    private final Set<ClientConnection> open = new HashSet<>();

    /** Those that nobody had logged in on when they were looked at last; the oldest first. */
    private final Set<ClientConnection> strangers = new LinkedHashSet<>();

    private final Map<ByteBuffer, Integer> byAddress = new HashMap<>();

    /**
     * No connections yet.
     *
     * @param isSpared whether the limit per address doesn't hold for this one
     */
    Connections(Limits limits, Predicate<InetAddress> isSpared) {
        this.limits = limits;
        this.isSpared = isSpared;
    }

    /**
     * What there may be.
     *
     * @param headNanos how long the head of a request, or a TLS handshake, may take
     */
    record Limits(int all, int perAddress, int strangers, long headNanos) {

        /** As configured, but no more than two fifths of the process's descriptors. */
        static Limits of(JettyConfiguration configuration, long descriptors) {
            int all = (int) Math.min(configuration.maxConnections(), Math.max(1, descriptors / 5 * 2));
            return new Limits(
                    all,
                    Math.max(1, configuration.maxConnectionsPerAddress()),
                    Math.max(1, Math.min(configuration.maxUnauthenticated(), all / 2)),
                    TimeUnit.MILLISECONDS.toNanos(Math.max(100, configuration.headMillis())));
        }
    }

    void limit(Limits changed) {
        limits = changed;
    }

    /** Whether one more may come from there; where strangers fill the room, the oldest that does nothing gives way. */
    boolean hasRoom(InetAddress address) {
        Limits now = limits;
        Optional<ClientConnection> oldest = Optional.empty();
        boolean room;
        synchronized (this) {
            room = isSpared.test(address) || byAddress.getOrDefault(network(address), 0) < now.perAddress();
            if (strangers.size() >= now.strangers()) {
                strangers.removeIf(ClientConnection::isKnown);
            }
            if (room && (open.size() >= now.all() || strangers.size() >= now.strangers())) {
                oldest = strangers.stream()
                        .filter(client -> !client.isKnown() && !client.isBusy())
                        .findFirst();
                room = oldest.isPresent();
            }
        }
        oldest.ifPresent(ClientConnection::close);
        (room ? displaced : refused).add(room && oldest.isEmpty() ? 0 : 1);
        return room;
    }

    /** Adds one; of those that came in with it before they were counted, strangers give way until the limits hold again. */
    void add(ClientConnection client) {
        Limits now = limits;
        Optional<ClientConnection> oldest = Optional.empty();
        synchronized (this) {
            if (open.add(client)) {
                strangers.add(client);
                byAddress.merge(network(client.address()), 1, Integer::sum);
            }
            if (open.size() > now.all() || strangers.size() > now.strangers()) {
                strangers.removeIf(ClientConnection::isKnown);
                if (open.size() > now.all() || strangers.size() > now.strangers()) {
                    oldest = strangers.stream()
                            .filter(other -> other != client && !other.isKnown() && !other.isBusy())
                            .findFirst();
                }
            }
        }
        displaced.add(oldest.isPresent() ? 1 : 0);
        oldest.ifPresent(ClientConnection::close);
    }

    synchronized void remove(ClientConnection client) {
        if (open.remove(client)) {
            strangers.remove(client);
            byAddress.computeIfPresent(network(client.address()), (same, n) -> n > 1 ? n - 1 : null);
        }
    }

    /** Closes those that have owed a head or a handshake for too long. */
    void closeLate() {
        long nanos = limits.headNanos();
        List<ClientConnection> found;
        synchronized (this) {
            found = open.stream().filter(client -> client.owesLongerThan(nanos)).toList();
        }
        late.add(found.size());
        found.forEach(ClientConnection::close);
    }

    synchronized int count() {
        return open.size();
    }

    void report(MetricReport report) {
        String help = "HTTP connections that were closed or turned away at a limit, by the limit";
        report.counter("datahub_http_connections_refused_total", help, refused.sum(), "limit", "connections");
        report.counter("datahub_http_connections_refused_total", help, displaced.sum(), "limit", "unauthenticated");
        report.counter("datahub_http_connections_refused_total", help, late.sum(), "limit", "head");
    }

    /** Of IPv6 the network of 64 bits, since one client has all of it. */
    private static ByteBuffer network(InetAddress address) {
        byte[] bytes = address.getAddress();
        return ByteBuffer.wrap(bytes, 0, address instanceof Inet6Address ? IP6_NETWORK_BYTES : bytes.length);
    }
}
