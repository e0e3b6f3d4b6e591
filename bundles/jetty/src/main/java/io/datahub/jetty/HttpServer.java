package io.datahub.jetty;

import io.datahub.api.Descriptors;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.net.IpAddress;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Networks;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one HTTP server. The sockets stay open while handlers come and go, and while the configuration changes anything but
 * where they listen. For any thread.
 */
final class HttpServer implements HealthCheck, MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    /** What downloads use at once; larger buffers would be made anew each time. */
    private static final int LARGEST_POOLED_BYTES = 128 * 1024;

    /** How often the files of certificates are looked at. */
    private static final long CERTIFICATES_SECONDS = 2;

    private final Server server;
    private final QueuedThreadPool threads;
    private final HandlerRegistry mounts;
    private final AuthenticationHandler door;
    private final HostNames hostNames;
    private final WebSessions sessions;
    private final Listeners listeners;
    private final Connections connections;
    private final RequestCounts requests = new RequestCounts();
    private final ConcurrentSkipListMap<ListenAddress, ServerConnector> connectors = new ConcurrentSkipListMap<>();
    private volatile JettyConfiguration configuration;
    private volatile ForwardedHeaders forwarding;
    private volatile String fault = "";

    HttpServer(Authenticator authenticator, JettyConfiguration configuration) {
        this.configuration = configuration;
        threads = new QueuedThreadPool(Math.max(16, configuration.maxThreads()), 8, 60_000);
        threads.setName("datahub-http");
        server = new Server(threads, null, new ArrayByteBufferPool(0, -1, LARGEST_POOLED_BYTES));
        server.setStopTimeout(configuration.stopTimeoutMillis());
        server.setErrorHandler(new ProblemHandler());
        server.setRequestLog(requests);
        forwarding = forwarding(configuration);
        connections = new Connections(limits(configuration), this::isSpared);
        listeners = new Listeners(server, connections, () -> forwarding);
        mounts = new HandlerRegistry(server);
        sessions = new WebSessions(authenticator, configuration, System::nanoTime);
        door = new AuthenticationHandler(
                mounts, authenticator, sessions, new WebOrigins(configuration.origins()), () -> forwarding);
        hostNames = new HostNames(new RequestRules(door), configuration.hostNames());
        server.setHandler(new ConnectionHandler(new StoppingHandler(hostNames)));
    }

    private static Connections.Limits limits(JettyConfiguration configuration) {
        return Connections.Limits.of(configuration, Descriptors.most());
    }

    private boolean isSpared(InetAddress address) {
        return address.isLoopbackAddress() || forwarding.isProxy(address);
    }

    private static ForwardedHeaders forwarding(JettyConfiguration configuration) {
        try {
            return new ForwardedHeaders(new Networks(configuration.proxies()));
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("proxies in io.datahub.jetty.cfg: " + e.getMessage(), e);
        }
    }

    /** What is mounted where. */
    HandlerRegistry mounts() {
        return mounts;
    }

    /** Mounts a handler. */
    void mount(HandlerRegistration mount) {
        mounts.add(mount);
    }

    /** Takes a handler away, after the requests that it is busy with. */
    void unmount(Handler handler) {
        mounts.remove(handler, configuration.stopTimeoutMillis());
    }

    /**
     * Opens the sockets and begins to answer.
     *
     * @throws IllegalStateException if a socket can't be opened
     */
    void start() throws Exception {
        try {
            open(configuration).values().forEach(server::addConnector);
            server.start();
            watchCertificates();
            watchConnections();
        } catch (Exception e) {
            stop();
            throw e;
        }
        LOG.info("listening at={} maxThreads={}", addresses(), threads.getMaxThreads());
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
            long pause = connections.closeLate();
            server.getScheduler().schedule(() -> threads.execute(this::watchConnections), pause, TimeUnit.NANOSECONDS);
        }
    }

    /** Opens the sockets that are missing, or none if one can't be opened. */
    private Map<ListenAddress, ServerConnector> open(JettyConfiguration configuration) {
        Map<ListenAddress, ServerConnector> opened = new LinkedHashMap<>();
        try {
            for (ListenAddress at : ListenAddress.of(configuration)) {
                if (!connectors.containsKey(at)) {
                    opened.put(at, listeners.open(at, configuration));
                }
            }
        } catch (RuntimeException e) {
            opened.values().forEach(ServerConnector::close);
            throw e;
        }
        connectors.putAll(opened);
        return opened;
    }

    /** Takes a new configuration. Sockets that it asks for already stay; new ones are opened before others are closed. */
    void reconfigure(JettyConfiguration changed) {
        door.setOrigins(new WebOrigins(changed.origins()));
        sessions.configure(changed);
        threads.setMaxThreads(Math.max(16, changed.maxThreads()));
        server.setStopTimeout(changed.stopTimeoutMillis());
        connections.limit(limits(changed));
        connectors.values().forEach(connector -> listeners.adjust(connector, changed));
        configuration = changed;
        try {
            hostNames.list(changed.hostNames());
            forwarding = forwarding(changed);
            for (ServerConnector connector : open(changed).values()) {
                connector.start();
                server.addConnector(connector);
            }
            closeAllBut(ListenAddress.of(changed));
            fault = "";
        } catch (Exception e) {
            fault = String.valueOf(e.getMessage());
            LOG.error("still listening at={}: {}", addresses(), fault);
        }
        LOG.info("listening at={} maxThreads={}", addresses(), threads.getMaxThreads());
    }

    private void closeAllBut(List<ListenAddress> wanted) throws Exception {
        for (ListenAddress at : List.copyOf(connectors.keySet())) {
            if (!wanted.contains(at)) {
                ServerConnector connector = connectors.remove(at);
                server.removeConnector(connector);
                connector.stop();
                listeners.forget(at);
            }
        }
    }

    /** The TCP port of the first socket. */
    int port() {
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
            return Health.down("the HTTP server isn't running; the log says why");
        }
        String at = "listening at " + addresses();
        String wrong = fault.isEmpty() ? listeners.fault() : fault;
        return wrong.isEmpty() ? Health.ready(at) : Health.degraded(wrong + "; " + at);
    }

    @Override
    public void report(MetricReport report) {
        requests.report(report);
        connections.report(report);
        report.gauge(
                "datahub_http_connections",
                "Connections that are open to the HTTP server",
                connectors.values().stream()
                        .mapToInt(connector -> connector.getConnectedEndPoints().size())
                        .sum());
        report.gauge("datahub_http_sessions", "Browser sessions that are open", sessions.size());
        report.gauge("datahub_http_threads_busy", "Threads of the HTTP server at work", threads.getBusyThreads());
        report.gauge("datahub_http_threads_max", "Threads that the HTTP server may have", threads.getMaxThreads());
    }

    /** Refuses new requests, gives those in flight their time, and closes the sockets. */
    void stop() {
        try {
            server.stop();
            connectors.values().forEach(ServerConnector::close);
            LOG.info("stopped");
        } catch (Exception e) {
            LOG.warn("stopping failed", e);
        }
    }
}
