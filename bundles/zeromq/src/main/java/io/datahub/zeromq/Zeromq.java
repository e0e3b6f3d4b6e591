package io.datahub.zeromq;

import io.datahub.api.Home;
import io.datahub.api.event.EventBroker;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.user.Authenticator;
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
 * The component that serves ZeroMQ sockets. Settings can change while it runs; connections stay unless host, port or
 * something about threads and buffers is another.
 */
@Component(
        name = "io.datahub.zeromq",
        immediate = true,
        service = {HealthCheck.class, MetricSource.class},
        property = {HealthCheck.NAME + "=zeromq", MetricSource.PART + "=zeromq"})
@Designate(ocd = ZeromqConfiguration.class)
public final class Zeromq implements HealthCheck, MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(Zeromq.class);

    /** A loop turns at least once a second; one that hasn't for so long is stuck. */
    private static final long MAX_TURN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final EventBroker broker;
    private final Authenticator authenticator;
    private final CurveKeyPair keys;
    private final UserChanges changes;
    private volatile EndpointContext reception;

    /** Null if the port that was set last can't be bound. */
    private volatile Endpoint endpoint;

    /** @throws IllegalStateException if the port can't be bound, or the CURVE keys not used; says why and what helps */
    @Activate
    public Zeromq(
            ZeromqConfiguration configuration,
            @Reference EventBroker broker,
            @Reference Authenticator authenticator,
            @Reference Home home,
            @Reference UserChanges changes) {
        this.broker = broker;
        this.authenticator = authenticator;
        keys = new CurveKeyFiles(home.state()).load();
        this.changes = changes;
        open(ZeromqSettings.of(configuration));
        changes.handTo(() -> reception.handshakes().forgive());
    }

    private void open(ZeromqSettings settings) {
        reception = new EndpointContext(broker, authenticator, keys, settings);
        endpoint = new Endpoint(reception);
        LOG.info("zeromq started address={} {}", endpoint.address(), settings);
    }

    @Modified
    void modified(ZeromqConfiguration configuration) {
        ZeromqSettings settings = ZeromqSettings.of(configuration);
        if (endpoint != null && settings.keepsSocketOf(reception.settings())) {
            reception.configure(settings);
            LOG.info("zeromq configured address={} {}", endpoint.address(), settings);
        } else {
            close();
            open(settings);
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return endpoint.address();
    }

    @Override
    public Health check() {
        Endpoint present = endpoint;
        List<String> stuck = present == null ? List.of() : present.stuck(MAX_TURN_NANOS);
        if (!stuck.isEmpty()) {
            return Health.down("the threads " + stuck + " have served nobody for more than "
                    + TimeUnit.NANOSECONDS.toSeconds(MAX_TURN_NANOS)
                    + " seconds; a thread dump (jstack) shows what keeps them");
        }
        return present == null
                ? Health.down("the port " + reception.settings().port()
                        + " can't be bound; end the program that uses it, or set another in io.datahub.zeromq.cfg")
                : Health.ready("address=" + present.address() + " connections="
                        + reception.admission().count() + " handshakes="
                        + reception.handshakes().going() + " heldBack="
                        + reception.handshakes().heldBack() + " receivingBytes="
                        + reception.receiving().bytes() + " " + reception.closures());
    }

    @Override
    public void report(MetricReport report) {
        EndpointContext present = reception;
        report.gauge(
                "datahub_zeromq_connections",
                "ZeroMQ connections, those in their handshake included",
                present.admission().count());
        report.gauge(
                "datahub_zeromq_held_back",
                "ZeroMQ connections that failed to log in and are answered late",
                present.handshakes().heldBack());
        present.closures().report(report);
    }

    /** What its connections share. */
    EndpointContext reception() {
        return reception;
    }

    private void close() {
        if (endpoint != null) {
            endpoint.close();
            endpoint = null;
        }
    }

    @Deactivate
    public void stop() {
        changes.handTo(() -> {});
        close();
        LOG.info("zeromq stopped closed=\"{}\"", reception.closures());
    }
}
