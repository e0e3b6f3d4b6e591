package io.datahub.ssh;

import io.datahub.api.Home;
import io.datahub.api.disk.DiskRecords;
import io.datahub.api.disk.TemporaryNames;
import io.datahub.api.event.EventBroker;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.Authenticator;
import io.datahub.ssh.checksum.ChecksumHandler;
import io.datahub.ssh.keys.HostKeyFiles;
import io.datahub.ssh.rsync.RsyncHandler;
import io.datahub.ssh.scp.ScpHandler;
import io.datahub.ssh.session.ChannelHandlers;
import io.datahub.ssh.session.SshServices;
import io.datahub.ssh.session.TransferMetrics;
import io.datahub.ssh.sftp.SftpSubsystem;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The component that serves SSH clients. It is up even if its port can't be bound or its keys can't be read: then the
 * hub is ready but degraded, and the health check says why. Settings can change at runtime; connections are kept unless the
 * host, the port or the number of threads changes.
 */
@Component(
        name = "io.datahub.ssh",
        immediate = true,
        service = {HealthCheck.class, MetricSource.class},
        property = {HealthCheck.NAME + "=ssh", MetricSource.COMPONENT + "=ssh"})
@Designate(ocd = SshConfiguration.class)
public final class Ssh implements HealthCheck, MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(Ssh.class);

    private final RecordStore store;
    private final LastingDrafts drafts;
    private final EventBroker broker;
    private final Authenticator authenticator;
    private final Home home;
    private final TemporaryNames temporaryNames;

    /** The directory of the records, if the store keeps them on this disk. */
    private final Optional<Path> files;

    private final TransferMetrics metrics = new TransferMetrics();
    private volatile SshSettings settings;
    private volatile State state = new State(null, null, null, "");

    /**
     * What is open.
     *
     * @param endpoint null if SSH is off or down
     * @param handlers of the endpoint
     * @param workers of the endpoint
     * @param problem why SSH is down, or doesn't listen where it should by now; empty if it does
     */
    private record State(Endpoint endpoint, ChannelHandlers handlers, Workers workers, String problem) {

        void close() {
            if (endpoint != null) {
                endpoint.close();
                handlers.close();
                workers.close();
            }
        }

        private State with(String changed) {
            return new State(endpoint, handlers, workers, changed);
        }
    }

    @Activate
    public Ssh(
            SshConfiguration configuration,
            @Reference RecordStore store,
            @Reference LastingDrafts drafts,
            @Reference EventBroker broker,
            @Reference Authenticator authenticator,
            @Reference Home home,
            @Reference TemporaryNames temporaryNames,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    DiskRecords disk) {
        this.store = store;
        this.drafts = drafts;
        this.broker = broker;
        this.authenticator = authenticator;
        this.home = home;
        this.temporaryNames = temporaryNames;
        files = Optional.ofNullable(disk).map(DiskRecords::files);
        settings = SshSettings.of(configuration);
        state = open(settings);
    }

    private State open(SshSettings with) {
        if (!with.isEnabled()) {
            LOG.info("event=ssh.endpoint.disabled");
            return new State(null, null, null, "");
        }
        Workers workers = new Workers(with.maxCommands());
        ChannelHandlers handlers = newHandlers();
        try {
            SshServices services = new SshServices(
                    store,
                    drafts,
                    broker,
                    authenticator,
                    home,
                    workers.workers(),
                    workers.commands(),
                    workers.logins(),
                    metrics);
            HostKeyFiles keys = new HostKeyFiles(home.state());
            home.sharedSecrets().ifPresent(keys::adopt);
            Endpoint endpoint = new Endpoint(services, handlers, keys.load(workers.workers()), with);
            LOG.info("event=ssh.endpoint.started address={} {}", endpoint.address(), with);
            return new State(endpoint, handlers, workers, "");
        } catch (IllegalStateException | UncheckedIOException e) {
            handlers.close();
            workers.close();
            LOG.error("event=ssh.endpoint.failed reason={}", LogText.quoted(e.getMessage()));
            return new State(null, null, null, e.getMessage());
        }
    }

    /** The handlers of what clients may ask for. */
    private ChannelHandlers newHandlers() {
        return new ChannelHandlers(
                List.of(new SftpSubsystem(temporaryNames)),
                List.of(new ScpHandler(), new ChecksumHandler(), new RsyncHandler(home.state(), searchPath(), files)));
    }

    private static String searchPath() {
        return Optional.ofNullable(System.getenv("PATH")).orElse("/usr/local/bin:/usr/bin:/bin");
    }

    @Modified
    void modified(SshConfiguration configuration) {
        SshSettings changed = SshSettings.of(configuration);
        if (state.endpoint() != null && changed.canReuseEndpointOf(settings)) {
            state.endpoint().configure(changed);
            state = state.with("");
            settings = changed;
            LOG.info(
                    "event=ssh.endpoint.configured address={} {}",
                    state.endpoint().address(),
                    changed);
        } else {
            reopen(changed);
        }
    }

    /** Listens at another address. If that can't be used, it goes on at the present one, whose connections are kept. */
    private void reopen(SshSettings changed) {
        State replaced = state;
        boolean isOpen = replaced.endpoint() != null;
        boolean isClosedFirst = isOpen && changed.port() == settings.port() && changed.isResolvable();
        if (isClosedFirst) {
            replaced.close();
        }
        State opened = open(changed);
        if (isOpen && !opened.problem().isEmpty()) {
            State former = isClosedFirst ? open(settings) : replaced;
            state = former.with(opened.problem());
            return;
        }
        if (!isClosedFirst) {
            replaced.close();
        }
        state = opened;
        settings = changed;
    }

    /** The address it listens on. */
    public InetSocketAddress address() {
        return state.endpoint().address();
    }

    @Override
    public Health check() {
        State current = state;
        if (current.endpoint() == null) {
            return current.problem().isEmpty()
                    ? Health.ready("off: port=0")
                    : Health.degraded("SSH is down: " + current.problem());
        }
        String open = "address=" + current.endpoint().address() + " connections="
                + current.endpoint().connections().count() + " handshakes="
                + current.endpoint().connections().handshakes() + " commands="
                + current.workers().running();
        return current.problem().isEmpty()
                ? Health.ready(open)
                : Health.degraded(current.problem() + "; the former settings apply: " + open);
    }

    @Override
    public void report(MetricReport report) {
        Endpoint endpoint = state.endpoint();
        if (endpoint != null) {
            endpoint.connections().report(report);
        }
        metrics.report(report);
    }

    @Deactivate
    public void stop() {
        state.close();
        LOG.info("event=ssh.endpoint.stopped");
    }
}
