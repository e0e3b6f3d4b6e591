package io.datahub.zeromq;

import io.datahub.api.Home;
import io.datahub.api.event.EventBroker;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.user.Authenticator;
import io.datahub.zeromq.curve.CurveKeyFiles;
import io.datahub.zeromq.curve.CurveKeyPair;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The component that serves ZeroMQ sockets. Settings can change at runtime; connections are kept unless the host, the
 * port or a setting of threads or buffers changes.
 */
@Component(
        name = "io.datahub.zeromq",
        immediate = true,
        service = {HealthCheck.class, MetricSource.class},
        property = {HealthCheck.NAME + "=zeromq", MetricSource.COMPONENT + "=zeromq"})
@Designate(ocd = ZeromqConfiguration.class)
public final class Zeromq implements HealthCheck, MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(Zeromq.class);

    /** A loop completes an iteration at least once a second; after this time without one it is considered stuck. */
    private static final long MAX_STALL_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final EventBroker broker;
    private final Authenticator authenticator;
    private final CurveKeyPair keys;
    private final UsersChangeForwarder changes;
    private final HistoryReader history;
    private volatile EndpointContext context;

    /** Null if no configured port can be bound. */
    private volatile Endpoint endpoint;

    /** Why it doesn't listen where it should by now; empty if it does. */
    private volatile String fault = "";

    /**
     * @throws IllegalStateException if the port can't be bound or the CURVE keys can't be used; the message says
     *     why and how to fix it
     */
    @Activate
    public Zeromq(
            ZeromqConfiguration configuration,
            @Reference EventBroker broker,
            @Reference Authenticator authenticator,
            @Reference Home home,
            @Reference UsersChangeForwarder changes,
            @Reference HistoryReader history) {
        this.broker = broker;
        this.history = history;
        this.authenticator = authenticator;
        CurveKeyFiles files = new CurveKeyFiles(home.state());
        home.sharedSecrets().ifPresent(files::adopt);
        keys = files.load();
        this.changes = changes;
        open(ZeromqSettings.of(configuration));
        changes.setListener(() -> context.handshakes().releaseRejected());
    }

    private void open(ZeromqSettings settings) {
        EndpointContext opened = new EndpointContext(broker, authenticator, keys, history, settings);
        endpoint = new Endpoint(opened);
        context = opened;
        LOG.info("event=zeromq.endpoint.started address={} {}", endpoint.address(), settings);
    }

    @Modified
    void modified(ZeromqConfiguration configuration) {
        ZeromqSettings settings = ZeromqSettings.of(configuration);
        if (endpoint != null && settings.canReuseSocketOf(context.settings())) {
            context.configure(settings);
            fault = "";
            LOG.info("event=zeromq.endpoint.configured address={} {}", endpoint.address(), settings);
        } else {
            reopen(settings);
        }
    }

    /** Listens at another address. If that can't be used, it goes on at the present one, whose connections are kept. */
    private void reopen(ZeromqSettings settings) {
        ZeromqSettings present = context.settings();
        Endpoint replaced = endpoint;
        boolean isClosedFirst = false;
        try {
            isClosedFirst = replaced != null && settings.address().getPort() == present.port();
            if (isClosedFirst) {
                close();
            }
            open(settings);
            fault = "";
        } catch (IllegalStateException | UncheckedIOException e) {
            fault = String.valueOf(e.getMessage());
            LOG.error("event=zeromq.config.invalid reason={}", LogText.quoted(fault));
            if (isClosedFirst) {
                open(present);
            }
            return;
        }
        if (replaced != null && !isClosedFirst) {
            replaced.close();
        }
    }

    /** The address it listens on. */
    public InetSocketAddress address() {
        return endpoint.address();
    }

    @Override
    public Health check() {
        Endpoint current = endpoint;
        List<String> stuck = current == null ? List.of() : current.stuck(MAX_STALL_NANOS);
        if (!stuck.isEmpty()) {
            return Health.down("the threads " + stuck + " have been blocked for more than "
                    + TimeUnit.NANOSECONDS.toSeconds(MAX_STALL_NANOS)
                    + " seconds; a thread dump (jstack) shows where");
        }
        if (current == null) {
            return Health.down(
                    fault.isEmpty()
                            ? "the port " + context.settings().port()
                                    + " can't be bound; stop the program that uses it, or set another port in "
                                    + "io.datahub.zeromq.cfg"
                            : fault);
        }
        String state = "address=" + current.address() + " connections="
                + context.connectionLimiter().count() + " handshakes="
                + context.handshakes().pending() + " delayedRejections="
                + context.handshakes().delayedRejections() + " receivingBytes="
                + context.largeMessages().bytes() + " " + context.disconnectMetrics();
        return fault.isEmpty() ? Health.ready(state) : Health.degraded(fault + "; the former settings apply: " + state);
    }

    @Override
    public void report(MetricReport report) {
        EndpointContext current = context;
        report.gauge(
                "datahub_zeromq_connections",
                "ZeroMQ connections, including those whose handshake is in progress",
                current.connectionLimiter().count());
        report.gauge(
                "datahub_zeromq_delayed_rejections",
                "ZeroMQ connections whose authentication failed and that are closed with a delay",
                current.handshakes().delayedRejections());
        current.disconnectMetrics().report(report);
    }

    /** The shared state of the connections. */
    EndpointContext context() {
        return context;
    }

    private void close() {
        if (endpoint != null) {
            endpoint.close();
            endpoint = null;
        }
    }

    @Deactivate
    public void stop() {
        changes.setListener(() -> {});
        close();
        LOG.info("event=zeromq.endpoint.stopped closed={}", LogText.quoted(context.disconnectMetrics()));
    }
}
