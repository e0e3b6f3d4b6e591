package io.datahub.auth;

import io.datahub.api.Home;
import io.datahub.api.Result;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.user.UsersListener;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The component that turns credentials into users and keeps the last good users file in force. */
@Component(
        name = "io.datahub.auth",
        immediate = true,
        service = {Authenticator.class, UserRegistry.class, HealthCheck.class, MetricSource.class},
        property = {HealthCheck.NAME + "=auth", MetricSource.PART + "=auth"})
@Designate(ocd = AuthConfiguration.class)
public final class Auth implements Authenticator, UserRegistry, HealthCheck, MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(Auth.class);
    private static final long STOP_SECONDS = 5;
    private static final long SAVE_SECONDS = 30;

    private final List<UsersListener> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor executor;
    private final UsersChanges changes;
    private final CurrentUsers inForce;
    private final UsersLoader loading;
    private final ExpiryTimer expiry;
    private final TokenAuthenticator doorkeeper;
    private final TokenService tokenDesk;
    private final LastUsedStore uses;
    private final AuditLog audit = new AuditLog();

    /**
     * @throws IllegalArgumentException if there are no users and the token supplied for the first one won't do
     */
    @Activate
    public Auth(
            AuthConfiguration configuration,
            @Reference Home home,
            @Reference RecordStore store,
            @Reference UsersChanges changes) {
        this(configuration, home, store, changes, Clock.systemUTC(), System::getenv);
    }

    Auth(
            AuthConfiguration configuration,
            Home home,
            RecordStore store,
            UsersChanges changes,
            Clock clock,
            UnaryOperator<String> environment) {
        UsersRecord record = new UsersRecord(store);
        LastGoodUsers lastGood = new LastGoodUsers(home);
        executor = executor();
        inForce = new CurrentUsers(lastGood, audit, this::usersChanged);
        expiry = new ExpiryTimer(inForce, clock, executor, () -> tell(this));
        uses = new LastUsedStore(home, clock);
        doorkeeper = new TokenAuthenticator(inForce, clock, audit, uses, configuration);
        tokenDesk = new TokenService(inForce, new UsersEditor(record), uses, clock, audit, configuration);
        loading = new UsersLoader(
                record, lastGood, inForce, () -> new FirstUsers(home, configuration, environment), clock, executor);
        log("started", configuration);
        this.changes = changes;
        changes.handTo(loading::changed);
        saveNowAndThen();
        try {
            loading.start();
        } catch (RuntimeException e) {
            changes.stop();
            executor.shutdownNow();
            throw e;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // neither throws; the executor's end is its end
    private void saveNowAndThen() {
        executor.scheduleWithFixedDelay(() -> uses.save(inForce.get()), SAVE_SECONDS, SAVE_SECONDS, TimeUnit.SECONDS);
        executor.scheduleWithFixedDelay(audit::writeOverdue, SAVE_SECONDS, SAVE_SECONDS, TimeUnit.SECONDS);
    }

    private static ScheduledThreadPoolExecutor executor() {
        ScheduledThreadPoolExecutor executor =
                new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "datahub-auth"));
        executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy()); // it is only full when stopped
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    private static void log(String what, AuthConfiguration configuration) {
        LOG.info(
                "auth={} allowClearAdmin={} freeFailures={} maxPenaltyMillis={} failureHalfLifeMillis={} maxAddresses={}"
                        + " maxTokens={}",
                what,
                configuration.allowClearAdmin(),
                configuration.freeFailures(),
                configuration.maxPenaltyMillis(),
                configuration.failureHalfLifeMillis(),
                configuration.maxAddresses(),
                configuration.maxTokens());
    }

    @Modified
    void modified(AuthConfiguration configuration) {
        doorkeeper.configure(configuration);
        tokenDesk.configure(configuration);
        log("configured", configuration);
        tell(this);
    }

    @Deactivate
    void deactivate() throws InterruptedException {
        changes.stop();
        executor.shutdownNow();
        uses.save(inForce.get());
        audit.close();
        inForce.close();
        tell(new DenyAll());
        if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("auth=stopped thread=datahub-auth reason=\"still busy with the store\"");
        }
        LOG.info("auth=stopped");
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addListener(UsersListener listener) {
        listeners.add(listener);
        tell(listener, this);
    }

    void removeListener(UsersListener listener) {
        listeners.remove(listener);
    }

    private void usersChanged() {
        expiry.reset();
        tell(this);
    }

    private void tell(Authenticator authenticator) {
        listeners.forEach(listener -> tell(listener, authenticator));
    }

    private static void tell(UsersListener listener, Authenticator authenticator) {
        try {
            listener.usersChanged(authenticator);
        } catch (RuntimeException e) {
            LOG.error("users=changed listener={} failed", listener.getClass().getName(), e);
        }
    }

    @Override
    public Result<Login> authenticate(Credentials credentials, Origin origin) {
        return doorkeeper.authenticate(credentials, origin);
    }

    @Override
    public Optional<Login> renew(Login login) {
        return doorkeeper.renew(login);
    }

    @Override
    public Duration penalty(Origin origin) {
        return doorkeeper.penalty(origin);
    }

    @Override
    public Duration penalty(Credentials credentials, Origin origin) {
        return doorkeeper.penalty(credentials, origin);
    }

    @Override
    public List<Account> accounts() {
        return tokenDesk.accounts();
    }

    @Override
    public Optional<Credential> credential(Login login) {
        return tokenDesk.credential(login);
    }

    @Override
    public Result<IssuedToken> issueToken(Login actor, String user, String label, Optional<Instant> expires)
            throws IOException {
        return tokenDesk.issueToken(actor, user, label, expires);
    }

    @Override
    public Result<IssuedToken> rotateToken(
            Login actor, String user, String token, Optional<Instant> expires, Duration overlap) throws IOException {
        return tokenDesk.rotateToken(actor, user, token, expires, overlap);
    }

    @Override
    public Result<Credential> revokeToken(Login actor, String user, String token) throws IOException {
        return tokenDesk.revokeToken(actor, user, token);
    }

    @Override
    public Result<List<Credential>> revokeWithDescendants(Login actor, String user, String token) throws IOException {
        return tokenDesk.revokeWithDescendants(actor, user, token);
    }

    @Override
    public Result<List<Credential>> revokeAll(Login actor, String user) throws IOException {
        return tokenDesk.revokeAll(actor, user);
    }

    @Override
    public Health check() {
        return loading.health();
    }

    @Override
    public void report(MetricReport report) {
        audit.report(report);
        report.gauge("datahub_users", "Users in force", inForce.get().all().size());
    }
}
