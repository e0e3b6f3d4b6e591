package io.datahub.auth;

import io.datahub.api.Home;
import io.datahub.api.Result;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.CredentialVerifier;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.user.UsersListener;
import io.datahub.auth.record.LastGoodUsers;
import io.datahub.auth.record.UsersEditor;
import io.datahub.auth.record.UsersRecord;
import io.datahub.auth.users.Users;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
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

/** The component that authenticates credentials and keeps the last good users file in effect. */
@Component(
        name = "io.datahub.auth",
        immediate = true,
        service = {Authenticator.class, UserRegistry.class, HealthCheck.class, MetricSource.class},
        property = {HealthCheck.NAME + "=auth", MetricSource.COMPONENT + "=auth"})
@Designate(ocd = AuthConfiguration.class)
public final class Auth implements Authenticator, UserRegistry, HealthCheck, MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(Auth.class);
    private static final long STOP_SECONDS = 5;
    private static final long SAVE_SECONDS = 30;

    private final Listeners listeners = new Listeners();
    private final ScheduledThreadPoolExecutor executor;
    private final UsersRecordListener changes;
    private final CurrentUsers currentUsers;
    private final UsersLoader loader;
    private final ExpiryTimer expiry;
    private final TokenAuthenticator tokenAuthenticator;
    private final TokenService tokenService;
    private final Identities identities;
    private final ExternalVerifiers verifiers;
    private final ShortLivedTokens shortLivedTokens;
    private final ShortLivedService shortLived;
    private final LastUsedStore lastUsed;
    private final AuditLog audit = new AuditLog();

    /**
     * @throws IllegalArgumentException if there are no users and the token supplied for the first administrator is
     *     unusable
     */
    @Activate
    public Auth(
            AuthConfiguration configuration,
            @Reference Home home,
            @Reference RecordStore store,
            @Reference UsersRecordListener changes) {
        this(configuration, home, store, changes, Clock.systemUTC(), System::getenv);
    }

    Auth(
            AuthConfiguration configuration,
            Home home,
            RecordStore store,
            UsersRecordListener changes,
            Clock clock,
            UnaryOperator<String> environment) {
        UsersRecord record = new UsersRecord(store);
        LastGoodUsers lastGood = new LastGoodUsers(home);
        executor = executor();
        currentUsers = new CurrentUsers(lastGood, audit, this::usersChanged);
        expiry = new ExpiryTimer(currentUsers, clock, executor, () -> listeners.tell(this));
        lastUsed = new LastUsedStore(home, clock);
        verifiers = new ExternalVerifiers(executor);
        shortLivedTokens = new ShortLivedTokens(home, clock, () -> listeners.tell(this));
        shortLivedTokens.expiries().forEach(expiry::watch);
        identities = new Identities(currentUsers, shortLivedTokens, clock);
        tokenAuthenticator = new TokenAuthenticator(
                currentUsers, identities, verifiers, expiry::watch, clock, audit, lastUsed, configuration);
        Actors actors = new Actors(identities, clock);
        shortLived = new ShortLivedService(
                currentUsers,
                shortLivedTokens,
                actors,
                lastUsed,
                expiry::watch,
                () -> listeners.tell(this),
                clock,
                audit);
        tokenService = new TokenService(
                currentUsers,
                new UsersEditor(record),
                identities,
                actors,
                shortLived,
                lastUsed,
                clock,
                audit,
                configuration);
        loader = new UsersLoader(
                record,
                lastGood,
                currentUsers,
                () -> new InitialUsersFile(home, configuration, environment),
                clock,
                executor);
        LOG.info("event=auth.started {}", pairs(configuration));
        this.changes = changes;
        changes.forwardTo(loader::changed);
        scheduleSaving();
        try {
            loader.start();
        } catch (RuntimeException e) {
            changes.stop();
            executor.shutdownNow();
            throw e;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the tasks don't throw; they end with the executor
    private void scheduleSaving() {
        executor.scheduleWithFixedDelay(this::save, SAVE_SECONDS, SAVE_SECONDS, TimeUnit.SECONDS);
        executor.scheduleWithFixedDelay(audit::writeOverdue, SAVE_SECONDS, SAVE_SECONDS, TimeUnit.SECONDS);
    }

    private void save() {
        lastUsed.save(currentUsers.get(), identities::exists);
        try {
            shortLivedTokens.save();
        } catch (IOException e) {
            LOG.warn("event=auth.short-lived.save-failed reason={}", LogText.quoted(e.toString()));
        }
    }

    private static ScheduledThreadPoolExecutor executor() {
        ScheduledThreadPoolExecutor executor =
                new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "datahub-auth"));
        executor.setRejectedExecutionHandler(
                new ThreadPoolExecutor.DiscardPolicy()); // rejects tasks only after shutdown
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    private static String pairs(AuthConfiguration configuration) {
        return "allowClearAdmin=" + configuration.allowClearAdmin() + " undelayedFailures="
                + configuration.undelayedFailures()
                + " maxFailureDelayMillis=" + configuration.maxFailureDelayMillis() + " failureHalfLifeMillis="
                + configuration.failureHalfLifeMillis() + " maxFailureCounters=" + configuration.maxFailureCounters()
                + " maxTokens=" + configuration.maxTokens();
    }

    @Modified
    void modified(AuthConfiguration configuration) {
        tokenAuthenticator.configure(configuration);
        tokenService.configure(configuration);
        LOG.info("event=auth.configured {}", pairs(configuration));
        listeners.tell(this);
    }

    @Deactivate
    void deactivate() throws InterruptedException {
        changes.stop();
        executor.shutdownNow();
        verifiers.close();
        save();
        audit.close();
        currentUsers.close();
        listeners.tell(new DenyAll());
        if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("event=auth.thread.busy thread=datahub-auth reason=\"still waiting for the store\"");
        }
        LOG.info("event=auth.stopped");
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addListener(UsersListener listener) {
        listeners.add(listener, this);
    }

    void removeListener(UsersListener listener) {
        listeners.remove(listener);
    }

    private void usersChanged() {
        expiry.reset();
        Users users = currentUsers.get();
        if (users != Users.EMPTY) {
            shortLivedTokens.purge(identities::hasParent);
        }
        listeners.tell(this);
        verifiers.trustRules(users.rules());
        executor.execute(this::save);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addVerifier(CredentialVerifier verifier, Map<String, ?> properties) {
        verifiers.add(verifier, properties);
    }

    void removeVerifier(CredentialVerifier verifier) {
        verifiers.remove(verifier);
    }

    @Override
    public CompletionStage<Result<Login>> authenticate(Credentials credentials, Origin origin) {
        return tokenAuthenticator.authenticate(credentials, origin);
    }

    @Override
    public boolean isKnown(Credentials credentials, Origin origin) {
        return tokenAuthenticator.isKnown(credentials, origin);
    }

    @Override
    public Optional<Login> renew(Login login) {
        return tokenAuthenticator.renew(login);
    }

    @Override
    public Duration failureDelay(Origin origin) {
        return tokenAuthenticator.failureDelay(origin);
    }

    @Override
    public Duration failureDelay(Credentials credentials, Origin origin) {
        return tokenAuthenticator.failureDelay(credentials, origin);
    }

    @Override
    public List<Account> accounts() {
        return tokenService.accounts();
    }

    @Override
    public Optional<Credential> credential(Login login) {
        return tokenService.credential(login);
    }

    @Override
    public Result<IssuedToken> issueToken(Login actor, String user, String label, Optional<Instant> expires)
            throws IOException {
        return tokenService.issueToken(actor, user, label, expires);
    }

    @Override
    public Result<IssuedToken> issueShortLived(Login login, Duration lifetime, String label) throws IOException {
        return shortLived.issue(login, lifetime, label);
    }

    @Override
    public Result<IssuedToken> rotateToken(
            Login actor, String user, String token, Optional<Instant> expires, Duration overlap) throws IOException {
        return tokenService.rotateToken(actor, user, token, expires, overlap);
    }

    @Override
    public Result<Credential> revokeToken(Login actor, String user, String token) throws IOException {
        return tokenService.revokeToken(actor, user, token);
    }

    @Override
    public Result<List<Credential>> revokeWithDescendants(Login actor, String user, String token) throws IOException {
        return tokenService.revokeWithDescendants(actor, user, token);
    }

    @Override
    public Result<List<Credential>> revokeAll(Login actor, String user) throws IOException {
        return tokenService.revokeAll(actor, user);
    }

    @Override
    public Health check() {
        return loader.health();
    }

    @Override
    public void report(MetricReport report) {
        audit.report(report);
        report.gauge(
                "datahub_users",
                "Users of the current version of the users file",
                currentUsers.get().all().size());
        report.gauge(
                "datahub_short_lived_tokens", "Short-lived tokens that haven't been removed", shortLivedTokens.size());
    }
}
