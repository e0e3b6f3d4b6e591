package io.datahub.jetty;

import io.datahub.api.net.IpAddress;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;

/** Makes the sockets that the server listens at. */
final class Listeners {

    /** Paths come through as they were written; who handles them judges them, so that every refusal is the hub's own. */
    private static final UriCompliance PATHS_AS_WRITTEN = UriCompliance.RFC3986.with(
            "DATAHUB",
            Violation.AMBIGUOUS_PATH_SEGMENT,
            Violation.AMBIGUOUS_EMPTY_SEGMENT,
            Violation.AMBIGUOUS_PATH_SEPARATOR,
            Violation.AMBIGUOUS_PATH_PARAMETER,
            Violation.AMBIGUOUS_PATH_ENCODING,
            Violation.SUSPICIOUS_PATH_CHARACTERS,
            Violation.ILLEGAL_PATH_CHARACTERS);

    private static final int STREAM_WINDOW_BYTES = 2 * 1024 * 1024;

    private final Server server;
    private final Connections connections;
    private final Supplier<ForwardedHeaders> forwarding;
    private final Map<ListenAddress, Certificates> certificates = new ConcurrentHashMap<>();

    /**
     * Opens sockets for a server.
     *
     * @param forwarding knows the proxies that are listed at the time
     */
    Listeners(Server server, Connections connections, Supplier<ForwardedHeaders> forwarding) {
        this.server = server;
        this.connections = connections;
        this.forwarding = forwarding;
    }

    /** Reads certificates again whose files have changed. */
    void refreshCertificates() {
        certificates.values().forEach(Certificates::refresh);
    }

    /** What is wrong with certificates; empty if nothing is. */
    String fault() {
        return certificates.values().stream()
                .map(Certificates::fault)
                .filter(fault -> !fault.isEmpty())
                .findAny()
                .orElse("");
    }

    /** Forgets a socket that is no longer wanted. */
    void forget(ListenAddress at) {
        certificates.remove(at);
    }

    /** Opens the socket at that address. */
    ServerConnector open(ListenAddress at, JettyConfiguration configuration) {
        HttpConfiguration http = http();
        ServerConnector connector = new BoundedConnector(
                server, connections, at.isTls(), at.isTls() ? tls(at, http, configuration) : plain(http));
        connector.setHost(at.host());
        connector.setPort(at.port());
        connector.setAcceptQueueSize(1024);
        adjust(connector, configuration);
        try {
            connector.open();
            return connector;
        } catch (IOException e) {
            throw new IllegalStateException(
                    "HTTP can't listen at %s:%d (%s); stop the program that has the port, or set another in %s or in io.datahub.jetty.cfg"
                            .formatted(
                                    IpAddress.inUrl(at.host()),
                                    at.port(),
                                    cause(e),
                                    at.isTls() ? "DATAHUB_TLS_PORT" : "DATAHUB_HTTP_PORT"),
                    e);
        }
    }

    /** HTTP/1.1, and HTTP/2 for those who begin with it. */
    private ConnectionFactory[] plain(HttpConfiguration http) {
        return new ConnectionFactory[] {
            new ProxyHeaders(forwarding), new HttpConnectionFactory(http), withWindows(new PriorKnowledge(http))
        };
    }

    /** HTTP/2 or HTTP/1.1 over TLS, as the client likes. */
    private ConnectionFactory[] tls(ListenAddress at, HttpConfiguration http, JettyConfiguration configuration) {
        Certificates files =
                new Certificates(Path.of(at.certificate()), Path.of(at.key()), configuration.tls_clientCertificates());
        certificates.put(at, files);
        http.addCustomizer(new SecureRequestCustomizer(false));
        ALPNServerConnectionFactory choice = new ALPNServerConnectionFactory();
        choice.setDefaultProtocol(HttpVersion.HTTP_1_1.asString());
        return new ConnectionFactory[] {
            new ProxyHeaders(forwarding),
            new SslConnectionFactory(files.tls(), choice.getProtocol()),
            choice,
            withWindows(new HTTP2ServerConnectionFactory(http)),
            new HttpConnectionFactory(http)
        };
    }

    /** Lets uploads go on while the disk is slower than the network for a moment, and bounds what updates windows. */
    private static ConnectionFactory withWindows(AbstractHTTP2ServerConnectionFactory http2) {
        http2.setInitialStreamRecvWindow(STREAM_WINDOW_BYTES);
        http2.setInitialSessionRecvWindow(2 * STREAM_WINDOW_BYTES);
        http2.setFlowControlStrategyFactory(BoundedFlow::new);
        return http2;
    }

    /** Sets what can change while the socket stays; connections that are open keep what they began with. */
    void adjust(ServerConnector connector, JettyConfiguration configuration) {
        connector.setIdleTimeout(configuration.idleTimeoutMillis());
        connector.setShutdownIdleTimeout(Math.max(100, configuration.stopTimeoutMillis() / 10));
        connector
                .getConnectionFactory(HttpConnectionFactory.class)
                .getHttpConfiguration()
                .setRequestHeaderSize(configuration.maxHeaderBytes());
    }

    private static HttpConfiguration http() {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setUriCompliance(PATHS_AS_WRITTEN);
        http.setOutputBufferSize(64 * 1024);
        http.setInputBufferSize(64 * 1024);
        http.setHeaderCacheSize(0); // 100 KiB of heap for each connection
        return http;
    }

    private static String cause(IOException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause instanceof BindException ? cause.getMessage().toLowerCase(Locale.ROOT) : e.getMessage();
    }
}
