package io.datahub.jetty.server;

import io.datahub.api.FileDescriptors;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.net.IpAddress;
import io.datahub.api.user.Networks;
import io.datahub.jetty.JettyConfiguration;
import io.datahub.jetty.authentication.AuthenticationHandler;
import io.datahub.jetty.authentication.CurrentAuthenticator;
import io.datahub.jetty.authentication.WebSessions;
import io.datahub.jetty.connections.ConnectionHandler;
import io.datahub.jetty.connections.Connections;
import io.datahub.jetty.connections.ForwardedHeaders;
import io.datahub.jetty.connections.ListenAddress;
import io.datahub.jetty.connections.Listeners;
import io.datahub.jetty.handlers.HandlerRegistry;
import io.datahub.jetty.web.WebOrigins;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server. Its sockets stay open while handlers are added and removed, and while the configuration changes,
 * except for the listen addresses. Thread-safe.
 */
public final class HttpServer implements HealthCheck, MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    /** The buffer size of downloads; larger buffers are allocated each time. */
    private static final int MAX_POOLED_BYTES = 128 * 1024;

    /** Interval of the check for changed certificate files. */
    private static final long CERTIFICATES_SECONDS = 2;

    private final Server server;
    private final QueuedThreadPool threads;
    private final HandlerRegistry registry;
    private final AuthenticationHandler authenticationHandler;
    private final StartingHandler startingHandler;
    private final HostNames hostNames;
    private final WebSessions sessions;
    private final Listeners listeners;
    private final Connections connections;
    private final RequestCounts requests = new RequestCounts();
    private final ConcurrentSkipListMap<ListenAddress, ServerConnector> connectors = new ConcurrentSkipListMap<>();
    private volatile JettyConfiguration configuration;
    private volatile ForwardedHeaders forwardedHeaders;
    private volatile String fault = "";

    public HttpServer(CurrentAuthenticator authenticator, JettyConfiguration configuration) {
        this.configuration = configuration;
        threads = new QueuedThreadPool(Math.max(16, configuration.maxThreads()), 8, 60_000);
        threads.setName("datahub-http");
        server = new Server(threads, null, new ArrayByteBufferPool(0, -1, MAX_POOLED_BYTES));
        server.setStopTimeout(configuration.stopTimeoutMillis());
        server.setErrorHandler(new ProblemHandler());
        server.setRequestLog(requests);
        forwardedHeaders = forwardedHeaders(configuration);
        connections = new Connections(limits(configuration), this::isExempt);
        listeners = new Listeners(server, connections, () -> forwardedHeaders);
        registry = new HandlerRegistry(server);
        sessions = new WebSessions(authenticator, configuration, System::nanoTime);
        authenticationHandler = new AuthenticationHandler(
                registry, authenticator, sessions, new WebOrigins(configuration.origins()), () -> forwardedHeaders);
        startingHandler = new StartingHandler(authenticationHandler, registry::isStarting);
        hostNames = new HostNames(new RequestRules(startingHandler), configuration.hostNames());
        server.setHandler(new ConnectionHandler(new StoppingHandler(hostNames)));
    }

    private static Connections.Limits limits(JettyConfiguration configuration) {
        return Connections.Limits.of(configuration, FileDescriptors.max());
    }

    private boolean isExempt(InetAddress address) {
        return address.isLoopbackAddress() || forwardedHeaders.isProxy(address);
    }

    private static ForwardedHeaders forwardedHeaders(JettyConfiguration configuration) {
        try {
            return new ForwardedHeaders(new Networks(configuration.proxies()));
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("proxies in io.datahub.jetty.cfg: " + e.getMessage(), e);
        }
    }

    /** The registered handlers. */
    public HandlerRegistry registry() {
        return registry;
    }

    /** The browser sessions. */
    WebSessions sessions() {
        return sessions;
    }

    /** Registers a handler with its service properties. */
    public void register(Handler handler, Map<String, ?> properties) {
        registry.add(handler, properties);
        startingHandler.passOn();
    }

    /** Unregisters a handler after its requests in flight. */
    public void unregister(Handler handler) {
        registry.remove(handler, configuration.stopTimeoutMillis());
    }

    /**
     * Opens the sockets and starts to serve requests.
     *
     * @throws IllegalStateException if a socket can't be opened
     */
    public void start() throws Exception {
        try {
            open(configuration).values().forEach(server::addConnector);
            server.start();
            watchCertificates();
            watchConnections();
        } catch (Exception e) {
            stop();
            throw e;
        }
        LOG.info("event=http.server.started at={} maxThreads={}", LogText.quoted(addresses()), threads.getMaxThreads());
    }

    /**
     * Holds requests for handlers that are declared and were never registered yet, instead of refusing them, for this
     * time from now on.
     */
    public void holdEarlyRequests(Duration max) {
        startingHandler.hold(max);
    }

    private void watchCertificates() {
        if (server.isRunning()) {
            listeners.refreshCertificates();
            server.getScheduler()
                    .schedule(() -> threads.execute(this::watchCertificates), CERTIFICATES_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void watchConnections() {
        if (server.isRunning()) {
            long pause = connections.closeTimedOut();
            server.getScheduler().schedule(() -> threads.execute(this::watchConnections), pause, TimeUnit.NANOSECONDS);
        }
    }

    /** Opens the missing sockets, or none if one can't be opened. */
    private Map<ListenAddress, ServerConnector> open(JettyConfiguration configuration) {
        Map<ListenAddress, ServerConnector> opened = new LinkedHashMap<>();
        try {
            for (ListenAddress address : ListenAddress.of(configuration)) {
                if (!connectors.containsKey(address)) {
                    opened.put(address, listeners.open(address, configuration));
                }
            }
        } catch (RuntimeException e) {
            opened.values().forEach(ServerConnector::close);
            throw e;
        }
        connectors.putAll(opened);
        return opened;
    }

    /**
     * Applies a new configuration. Sockets that it still requires stay open; new ones are opened before others are
     * closed.
     */
    public void reconfigure(JettyConfiguration changed) {
        authenticationHandler.setOrigins(new WebOrigins(changed.origins()));
        sessions.configure(changed);
        threads.setMaxThreads(Math.max(16, changed.maxThreads()));
        server.setStopTimeout(changed.stopTimeoutMillis());
        connections.setLimits(limits(changed));
        connectors.values().forEach(connector -> listeners.adjust(connector, changed));
        configuration = changed;
        try {
            hostNames.configure(changed.hostNames());
            forwardedHeaders = forwardedHeaders(changed);
            for (ServerConnector connector : open(changed).values()) {
                connector.start();
                server.addConnector(connector);
            }
            closeAllBut(ListenAddress.of(changed));
            fault = "";
        } catch (Exception e) {
            fault = String.valueOf(e.getMessage());
            LOG.error("event=http.config.invalid at={} reason={}", LogText.quoted(addresses()), LogText.quoted(fault));
        }
        LOG.info(
                "event=http.server.configured at={} maxThreads={}",
                LogText.quoted(addresses()),
                threads.getMaxThreads());
    }

    private void closeAllBut(List<ListenAddress> wanted) throws Exception {
        for (ListenAddress address : List.copyOf(connectors.keySet())) {
            if (!wanted.contains(address)) {
                ServerConnector connector = connectors.remove(address);
                server.removeConnector(connector);
                connector.stop();
                listeners.remove(address);
            }
        }
    }

    /** The TCP port of the first socket. */
    public int port() {
        return connectors.firstEntry().getValue().getLocalPort();
    }

    private String addresses() {
        return connectors.entrySet().stream()
                .map(entry -> (entry.getKey().isTls() ? "https://" : "http://")
                        + IpAddress.inUrl(entry.getKey().host()) + ":"
                        + entry.getValue().getLocalPort())
                .collect(Collectors.joining(" "));
    }

    @Override
    public Health check() {
        if (!server.isStarted()) {
            return Health.down("the HTTP server isn't running; see the log");
        }
        String status = "listening at " + addresses();
        String wrong = Stream.of(fault, listeners.fault(), registry.problem().orElse(""))
                .filter(each -> !each.isEmpty())
                .collect(Collectors.joining("; "));
        return wrong.isEmpty() ? Health.ready(status) : Health.degraded(wrong + "; " + status);
    }

    @Override
    public void report(MetricReport report) {
        requests.report(report);
        connections.report(report);
        report.gauge(
                "datahub_http_connections",
                "Open connections to the HTTP server",
                connectors.values().stream()
                        .mapToInt(connector -> connector.getConnectedEndPoints().size())
                        .sum());
        report.gauge("datahub_http_sessions", "Open browser sessions", sessions.size());
        report.gauge("datahub_http_threads_busy", "Busy threads of the HTTP server", threads.getBusyThreads());
        report.gauge(
                "datahub_http_threads_max", "Maximum number of threads of the HTTP server", threads.getMaxThreads());
    }

    /** Refuses new requests, waits for those in flight up to the stop timeout, and closes the sockets. */
    public void stop() {
        sessions.unshare();
        try {
            server.stop();
            connectors.values().forEach(ServerConnector::close);
            LOG.info("event=http.server.stopped");
        } catch (Exception e) {
            LOG.warn("event=http.server.stop-failed", e);
        }
    }
}
