package io.datahub.auth;

import io.datahub.api.Home;
import io.datahub.api.Refusal;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.record.RecordStore;
import io.datahub.api.state.AdapterStates;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.CredentialVerifier;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.user.UsersListener;
import io.datahub.auth.external.ExternalVerifiers;
import io.datahub.auth.record.LastGoodUsers;
import io.datahub.auth.record.UsersEditor;
import io.datahub.auth.record.UsersRecord;
import io.datahub.auth.shortlived.ShortLivedTokens;
import io.datahub.auth.users.Users;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
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

/**
 * The life cycle of authentication: loads the users, registers one object for each service, and applies the
 * configuration.
 */
@Component(
        name = "io.datahub.auth",
        immediate = true,
        service = {})
@Designate(ocd = AuthConfiguration.class)
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>='io.datahub.api.health.HealthCheck,io.datahub.api.metric.MetricSource,"
                + "io.datahub.api.user.Authenticator,io.datahub.api.user.UserRegistry'",
        uses = {Authenticator.class, HealthCheck.class, MetricSource.class})
public final class Auth {

    private static final Logger LOG = LoggerFactory.getLogger(Auth.class);
    private static final Duration VERIFIER_GRACE = Duration.ofSeconds(30);
    private static final long STOP_SECONDS = 5;
    private static final long SAVE_SECONDS = 30;
    private static final String TOKENS = "auth-short-lived-tokens";
    private static final String LAST_USED = "auth-last-used";
    private static final Refusal USERS_UNREAD = Refusal.unavailable(
            "this hub couldn't read the users file yet, which other hubs may have changed; retry, or use another hub",
            Duration.ofSeconds(1));

    private final Listeners listeners = new Listeners();
    private final ScheduledThreadPoolExecutor executor;

    /** Saves and repairs; a thread of its own in a cluster, whose ledger must not hold up the expiry of logins. */
    private final ScheduledThreadPoolExecutor saver;

    private final TokenLookups lookups = new TokenLookups();
    private final UsersRecordListener changes;
    private final CurrentUsers currentUsers;
    private final UsersLoader loader;
    private final ExpiryTimer expiry;
    private final TokenAuthenticator tokenAuthenticator;
    private final TokenService tokenService;
    private final Identities identities;
    private final ExternalVerifiers verifiers;
    private final ShortLivedTokens shortLivedTokens;
    private final LastUsedStore lastUsed;
    private final AuditLog audit = new AuditLog();
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    /**
     * @throws IllegalArgumentException if there are no users and the token supplied for the first administrator is
     *     unusable
     */
    @Activate
    public Auth(
            AuthConfiguration configuration,
            @Reference Home home,
            @Reference RecordStore store,
            @Reference UsersRecordListener changes,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL) ClusterView cluster,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL) AdapterStates states) {
        this(
                configuration,
                home,
                store,
                changes,
                Optional.ofNullable(cluster).map(view -> new Shared(view, states)),
                Clock.systemUTC(),
                System::getenv);
    }

    /**
     * What a hub shares with the others of its cluster. It is there before the records are.
     *
     * @param states the state of adapters at all hubs
     */
    record Shared(ClusterView view, AdapterStates states) {}

    Auth(
            AuthConfiguration configuration,
            Home home,
            RecordStore store,
            UsersRecordListener changes,
            Optional<Shared> shared,
            Clock clock,
            UnaryOperator<String> environment) {
        UsersRecord record = new UsersRecord(store);
        LastGoodUsers lastGood = new LastGoodUsers(home);
        executor = executor("datahub-auth");
        saver = shared.isPresent() ? executor("datahub-auth-shared") : executor;
        currentUsers = new CurrentUsers(lastGood, audit, this::usersChanged);
        expiry = new ExpiryTimer(currentUsers, clock, executor, this::notifyListeners);
        lastUsed = new LastUsedStore(home, shared.map(peers -> peers.states().of(LAST_USED)), clock);
        verifiers = new ExternalVerifiers(executor, VERIFIER_GRACE, this::notifyListeners);
        shortLivedTokens = new ShortLivedTokens(
                home, shared.map(peers -> peers.states().of(TOKENS)), clock, expiry::watch, this::notifyListeners);
        identities = new Identities(currentUsers, shortLivedTokens, verifiers::keeps, clock);
        loader = new UsersLoader(
                record,
                lastGood,
                currentUsers,
                shared.isPresent(),
                () -> new InitialUsersFile(home, configuration, environment),
                clock,
                saver);
        tokenAuthenticator = new TokenAuthenticator(
                currentUsers,
                identities,
                verifiers,
                expiry::watch,
                clock,
                audit,
                lastUsed,
                lookups,
                loader::awaitLatest,
                () -> shared.flatMap(this::outage),
                configuration);
        Actors actors = new Actors(identities, clock);
        ShortLivedService shortLived = new ShortLivedService(
                currentUsers, shortLivedTokens, identities, actors, lastUsed, this::notifyListeners, clock, audit);
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
        LOG.info("event=auth.started {}", pairs(configuration));
        this.changes = changes;
        changes.forwardTo(loader::changed);
        scheduleSaving();
        try {
            loader.start();
        } catch (RuntimeException e) {
            changes.stop();
            executor.shutdownNow();
            saver.shutdownNow();
            lookups.close();
            loader.close();
            shortLivedTokens.close();
            throw e;
        }
    }

    @Activate
    void registerServices(BundleContext context) {
        register(context, HealthCheck.class, loader::health, Map.of(HealthCheck.NAME, "auth"));
        register(context, MetricSource.class, this::report, Map.of(MetricSource.COMPONENT, "auth"));
        register(context, Authenticator.class, tokenAuthenticator, Map.of());
        register(context, UserRegistry.class, tokenService, Map.of());
    }

    private <T> void register(BundleContext context, Class<T> type, T service, Map<String, ?> properties) {
        registrations.add(context.registerService(type, service, FrameworkUtil.asDictionary(properties)));
    }

    Authenticator authenticator() {
        return tokenAuthenticator;
    }

    UserRegistry registry() {
        return tokenService;
    }

    Health health() {
        return loader.health();
    }

    /** Why nobody can be let in at present. */
    private Optional<Refusal> outage(Shared peers) {
        return peers.view().refuse().or(() -> currentUsers.isEmpty() ? Optional.of(USERS_UNREAD) : Optional.empty());
    }

    private void notifyListeners() {
        listeners.notifyOf(tokenAuthenticator);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the tasks don't throw; they end with the executor
    private void scheduleSaving() {
        saver.scheduleWithFixedDelay(this::save, SAVE_SECONDS, SAVE_SECONDS, TimeUnit.SECONDS);
        executor.scheduleWithFixedDelay(audit::writeOverdue, SAVE_SECONDS, SAVE_SECONDS, TimeUnit.SECONDS);
    }

    private void save() {
        lastUsed.save(currentUsers.get(), identities::exists);
        shortLivedTokens.purgeExpired();
        try {
            shortLivedTokens.save();
        } catch (IOException e) {
            LOG.warn("event=auth.short-lived.save-failed reason={}", LogText.quoted(e.toString()));
        }
    }

    private static ScheduledThreadPoolExecutor executor(String thread) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, thread));
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
                + " maxTokens=" + configuration.maxTokens()
                + " maxExternalLoginMillis=" + configuration.maxExternalLoginMillis();
    }

    @Modified
    void modified(AuthConfiguration configuration) {
        tokenAuthenticator.configure(configuration);
        tokenService.configure(configuration);
        LOG.info("event=auth.configured {}", pairs(configuration));
        notifyListeners();
    }

    @Deactivate
    void deactivate() throws InterruptedException {
        Collections.reverse(registrations);
        registrations.forEach(ServiceRegistration::unregister);
        changes.stop();
        executor.shutdownNow();
        saver.shutdownNow();
        lookups.close();
        loader.close();
        verifiers.close();
        save();
        shortLivedTokens.close();
        audit.close();
        currentUsers.close();
        listeners.notifyOf(new DenyAll());
        if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)
                || !saver.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)
                || !loader.awaitEnd(STOP_SECONDS)) {
            LOG.warn("event=auth.thread.busy reason=\"still waiting for the store\"");
        }
        LOG.info("event=auth.stopped");
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addListener(UsersListener listener) {
        listeners.add(listener, tokenAuthenticator);
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
        notifyListeners();
        verifiers.trustRules(users.rules());
        saver.execute(this::save);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addVerifier(CredentialVerifier verifier, Map<String, ?> properties) {
        verifiers.add(verifier, properties);
    }

    void removeVerifier(CredentialVerifier verifier) {
        verifiers.remove(verifier);
    }

    private void report(MetricReport report) {
        audit.report(report);
        report.gauge(
                "datahub_users",
                "Users of the current version of the users file",
                currentUsers.get().all().size());
        report.gauge(
                "datahub_short_lived_tokens", "Short-lived tokens that haven't been removed", shortLivedTokens.size());
    }
}
