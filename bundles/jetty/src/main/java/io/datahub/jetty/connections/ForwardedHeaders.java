package io.datahub.jetty.connections;

import io.datahub.api.net.IpAddress;
import io.datahub.api.user.Networks;
import io.datahub.api.user.Origin;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ProxyConnectionFactory.ProxyEndPoint;
import org.eclipse.jetty.server.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Determines the client address of requests. {@code X-Forwarded-For} and {@code X-Forwarded-Proto}, or {@code
 * Forwarded} (RFC 7239), are trusted only from listed proxies, and never make a client local to this machine.
 * Thread-safe.
 */
public final class ForwardedHeaders {

    private static final Logger LOG = LoggerFactory.getLogger(ForwardedHeaders.class);
    private static final Pattern COMMA = Pattern.compile(",");

    private final Networks proxies;
    private final AtomicBoolean warned = new AtomicBoolean();

    public ForwardedHeaders(Networks proxies) {
        this.proxies = proxies;
    }

    public boolean isProxy(InetAddress address) {
        return !address.isAnyLocalAddress() && proxies.contains(address);
    }

    public Origin origin(Request request) {
        InetAddress peer = request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress socket
                ? socket.getAddress()
                : IpAddress.UNKNOWN;
        boolean direct = !hasProxyHeader(request.getConnectionMetaData().getConnection());
        HttpFields headers = request.getHeaders();
        boolean forwarded = headers.contains(HttpHeader.X_FORWARDED_FOR)
                || headers.contains(HttpHeader.X_FORWARDED_PROTO)
                || headers.contains(HttpHeader.FORWARDED);
        boolean local = direct && peer.isLoopbackAddress();
        if (!forwarded || !isProxy(peer) || peer.isLoopbackAddress() != local) {
            if (forwarded && local && !warned.getAndSet(true)) {
                LOG.warn(
                        "event=http.forwarded-headers.ignored address={} reason=\"the address isn't a listed proxy\""
                                + " remedy=\"if a proxy runs there, add it to proxies in io.datahub.jetty.cfg;"
                                + " otherwise all of its clients count as local\"",
                        peer.getHostAddress());
            }
            return new Origin("http", peer, request.isSecure(), isShared(peer), local);
        }
        return fromHeaders(headers);
    }

    /** Whether the client address of the connection was set by a PROXY protocol header. */
    private static boolean hasProxyHeader(Connection connection) {
        EndPoint endPoint = connection.getEndPoint();
        while (!(endPoint instanceof ProxyEndPoint) && endPoint instanceof EndPoint.Wrapper wrapper) {
            endPoint = wrapper.unwrap();
        }
        return endPoint instanceof ProxyEndPoint;
    }

    /**
     * A client may forge the header that its proxy doesn't know, so if both kinds are present and disagree, the less
     * trusted result is used.
     */
    private Origin fromHeaders(HttpFields headers) {
        List<Origin> origins = new ArrayList<>(2);
        if (headers.contains(HttpHeader.FORWARDED)) {
            origins.add(clientOrigin(ForwardedHop.parseForwarded(headers.getValuesList(HttpHeader.FORWARDED))));
        }
        if (headers.contains(HttpHeader.X_FORWARDED_FOR) || headers.contains(HttpHeader.X_FORWARDED_PROTO)) {
            boolean isHttps = isHttps(headers.getValuesList(HttpHeader.X_FORWARDED_PROTO));
            List<ForwardedHop> hops =
                    ForwardedHop.parseForwardedFor(headers.getValuesList(HttpHeader.X_FORWARDED_FOR), isHttps);
            origins.add(clientOrigin(hops.isEmpty() ? List.of(new ForwardedHop(null, isHttps)) : hops));
        }
        Origin last = origins.get(origins.size() - 1);
        boolean agreed = origins.stream().allMatch(last::equals);
        boolean confidential = origins.stream().allMatch(Origin::confidential);
        return agreed ? last : new Origin("http", IpAddress.UNKNOWN, confidential, true, false);
    }

    /** The first address from the right that isn't a listed proxy; if all are proxies, the leftmost. */
    private Origin clientOrigin(List<ForwardedHop> hops) {
        ForwardedHop hop = null;
        for (int i = hops.size() - 1; i >= 0; i--) {
            hop = hops.get(i);
            if (hop.address() == null || !isProxy(hop.address())) {
                break;
            }
        }
        InetAddress address = hop.address() == null ? IpAddress.UNKNOWN : hop.address();
        return new Origin("http", address, hop.isHttps(), isShared(address), false);
    }

    private boolean isShared(InetAddress address) {
        return address.isLoopbackAddress() || address.isAnyLocalAddress() || isProxy(address);
    }

    private static boolean isHttps(List<String> values) {
        return !values.isEmpty()
                && values.stream()
                        .flatMap(COMMA::splitAsStream)
                        .allMatch(value -> value.strip().equalsIgnoreCase("https"));
    }
}
