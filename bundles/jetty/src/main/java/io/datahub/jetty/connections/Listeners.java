package io.datahub.jetty.connections;

import io.datahub.api.net.IpAddress;
import io.datahub.jetty.JettyConfiguration;
import io.datahub.jetty.tls.Certificates;
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

/** Creates the connectors of the server. */
public final class Listeners {

    /** Paths are passed on in raw form and validated later, so that every refusal is the hub's own. */
    private static final UriCompliance RAW_PATHS = UriCompliance.RFC3986.with(
            "DATAHUB",
            Violation.AMBIGUOUS_PATH_SEGMENT,
            Violation.AMBIGUOUS_EMPTY_SEGMENT,
            Violation.AMBIGUOUS_PATH_SEPARATOR,
            Violation.AMBIGUOUS_PATH_PARAMETER,
            Violation.AMBIGUOUS_PATH_ENCODING,
            Violation.BAD_PERCENT_ENCODING,
            Violation.BAD_UTF8_ENCODING,
            Violation.TRUNCATED_UTF8_ENCODING,
            Violation.SUSPICIOUS_PATH_CHARACTERS,
            Violation.ILLEGAL_PATH_CHARACTERS);

    private static final int STREAM_WINDOW_BYTES = 2 * 1024 * 1024;

    private final Server server;
    private final Connections connections;
    private final Supplier<ForwardedHeaders> forwardedHeaders;
    private final Map<ListenAddress, Certificates> certificates = new ConcurrentHashMap<>();

    /**
     * Creates connectors for a server.
     *
     * @param forwardedHeaders provides the currently listed proxies
     */
    public Listeners(Server server, Connections connections, Supplier<ForwardedHeaders> forwardedHeaders) {
        this.server = server;
        this.connections = connections;
        this.forwardedHeaders = forwardedHeaders;
    }

    /** Reloads certificates whose files have changed. */
    public void refreshCertificates() {
        certificates.values().forEach(Certificates::refresh);
    }

    /** The error or warning of a certificate; empty if there is none. */
    public String fault() {
        return certificates.values().stream()
                .map(Certificates::fault)
                .filter(fault -> !fault.isEmpty())
                .findAny()
                .orElse("");
    }

    /** Removes the certificate of a closed socket. */
    public void remove(ListenAddress address) {
        certificates.remove(address);
    }

    /** Opens a socket at the address. */
    public ServerConnector open(ListenAddress address, JettyConfiguration configuration) {
        HttpConfiguration http = http();
        ServerConnector connector = new BoundedConnector(
                server,
                connections,
                address.isTls(),
                address.isTls() ? tls(address, http, configuration) : plain(http));
        connector.setHost(address.host());
        connector.setPort(address.port());
        connector.setAcceptQueueSize(1024);
        adjust(connector, configuration);
        try {
            connector.open();
            return connector;
        } catch (IOException e) {
            throw new IllegalStateException(
                    ("HTTP can't listen at %s:%d (%s); stop the program that uses the port, or set another port in "
                                    + "%s or in io.datahub.jetty.cfg")
                            .formatted(
                                    IpAddress.inUrl(address.host()),
                                    address.port(),
                                    cause(e),
                                    address.isTls() ? "DATAHUB_TLS_PORT" : "DATAHUB_HTTP_PORT"),
                    e);
        }
    }

    /** HTTP/1.1, and HTTP/2 with prior knowledge. */
    private ConnectionFactory[] plain(HttpConfiguration http) {
        return new ConnectionFactory[] {
            new ProxyProtocolFactory(forwardedHeaders),
            new HttpConnectionFactory(http),
            withFlowControl(new CleartextHttp2(http))
        };
    }

    /** HTTP/2 or HTTP/1.1 over TLS, negotiated by ALPN. */
    private ConnectionFactory[] tls(ListenAddress address, HttpConfiguration http, JettyConfiguration configuration) {
        Certificates files = new Certificates(
                Path.of(address.certificate()), Path.of(address.key()), configuration.tls_clientCertificates());
        certificates.put(address, files);
        http.addCustomizer(new SecureRequestCustomizer(false));
        ALPNServerConnectionFactory alpn = JettyServices.find(ALPNServerConnectionFactory::new);
        alpn.setDefaultProtocol(HttpVersion.HTTP_1_1.asString());
        return new ConnectionFactory[] {
            new ProxyProtocolFactory(forwardedHeaders),
            new SslConnectionFactory(files.tls(), alpn.getProtocol()),
            alpn,
            withFlowControl(new HTTP2ServerConnectionFactory(http)),
            new HttpConnectionFactory(http)
        };
    }

    /**
     * Sets windows large enough that uploads continue while the disk is briefly slower than the network, and limits
     * window updates.
     */
    private static ConnectionFactory withFlowControl(AbstractHTTP2ServerConnectionFactory http2) {
        http2.setInitialStreamRecvWindow(STREAM_WINDOW_BYTES);
        http2.setInitialSessionRecvWindow(2 * STREAM_WINDOW_BYTES);
        http2.setFlowControlStrategyFactory(WindowUpdateLimit::new);
        return http2;
    }

    /** Applies the settings that can change while the socket is open; open connections keep their previous settings. */
    public void adjust(ServerConnector connector, JettyConfiguration configuration) {
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
        http.setUriCompliance(RAW_PATHS);
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
