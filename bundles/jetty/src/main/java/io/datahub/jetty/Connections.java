package io.datahub.jetty;

import io.datahub.api.Descriptors;
import io.datahub.api.metric.MetricReport;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
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
 * Bounds the connections to all HTTP sockets: in all, from one address, and of clients that haven't logged in, of which the
 * oldest gives way, those outside a request first; and closes those that owe a head or a handshake for too long. For any
 * thread.
 */
final class Connections implements ClientConnection.Observer {

    private static final int IP6_NETWORK_BYTES = 8;
    private static final long MOST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Predicate<InetAddress> isSpared;
    private final LongAdder refused = new LongAdder();
    private final LongAdder displaced = new LongAdder();
    private final LongAdder late = new LongAdder();
    private volatile Limits limits;

    /** Guarded by this, as are the next three. */
    private final Set<ClientConnection> known = new HashSet<>();

    /** Those that nobody has logged in on; the oldest first. */
    private final Set<ClientConnection> strangers = new LinkedHashSet<>();

    /** Those whose client has sent a part of a head or of a handshake; first who has owed the rest for the longest time. */
    private final Set<ClientConnection> owing = new LinkedHashSet<>();

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

        /** As configured, but no more than a transport's share of the process's descriptors. */
        static Limits of(JettyConfiguration configuration, long descriptors) {
            int all = (int) Math.min(configuration.maxConnections(), Descriptors.share(descriptors));
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

    /**
     * Counts one more in, which has to be {@link #remove removed} later; where there is no room, the oldest stranger gives
     * way.
     *
     * @return false if it isn't counted, since there are too many from its address, or as many as may be have logged in
     */
    boolean admit(ClientConnection client) {
        Optional<ClientConnection> oldest = Optional.empty();
        boolean isAdmitted;
        synchronized (this) {
            isAdmitted = !isCrowded(client.address());
            if (isAdmitted && isFull()) {
                oldest = oldestStranger();
                oldest.ifPresent(this::remove);
                isAdmitted = oldest.isPresent();
            }
            if (isAdmitted) {
                strangers.add(client);
                byAddress.merge(network(client.address()), 1, Integer::sum);
            }
        }
        oldest.ifPresent(ClientConnection::close);
        displaced.add(oldest.isPresent() ? 1 : 0);
        refused.add(isAdmitted ? 0 : 1);
        return isAdmitted;
    }

    private boolean isCrowded(InetAddress address) {
        return byAddress.getOrDefault(network(address), 0) >= limits.perAddress() && !isSpared.test(address);
    }

    private boolean isFull() {
        return count() >= limits.all() || strangers.size() >= limits.strangers();
    }

    private Optional<ClientConnection> oldestStranger() {
        return strangers.stream()
                .filter(client -> !client.isBusy())
                .findFirst()
                .or(() -> strangers.stream().findFirst());
    }

    /** It is closed; nothing happens if it isn't counted. */
    synchronized void remove(ClientConnection client) {
        owing.remove(client);
        if (strangers.remove(client) || known.remove(client)) {
            byAddress.computeIfPresent(network(client.address()), (same, n) -> n > 1 ? n - 1 : null);
        }
    }

    @Override
    public synchronized void loggedIn(ClientConnection client) {
        if (strangers.remove(client)) {
            known.add(client);
        }
    }

    @Override
    public synchronized void owes(ClientConnection client) {
        if (strangers.contains(client) || known.contains(client)) {
            owing.add(client);
        }
    }

    @Override
    public synchronized void owesNothing(ClientConnection client) {
        owing.remove(client);
    }

    /**
     * Closes those that have owed a head or a handshake for too long; looks at no others.
     *
     * @return after how many nanoseconds to look again: at most a second, and so long when nobody owes anything
     */
    long closeLate() {
        long most = limits.headNanos();
        long pause = MOST_PAUSE_NANOS;
        List<ClientConnection> found = new ArrayList<>();
        synchronized (this) {
            Iterator<ClientConnection> longestFirst = owing.iterator();
            while (longestFirst.hasNext()) {
                ClientConnection client = longestFirst.next();
                long left = client.isOwing() ? most - client.owedNanos() : 0;
                if (left > 0) {
                    pause = Math.min(Math.max(left, LEAST_PAUSE_NANOS), MOST_PAUSE_NANOS);
                    break;
                }
                longestFirst.remove();
                found.add(client);
            }
        }
        found.removeIf(client -> !client.isOwing());
        late.add(found.size());
        found.forEach(ClientConnection::close);
        return pause;
    }

    synchronized int count() {
        return known.size() + strangers.size();
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
