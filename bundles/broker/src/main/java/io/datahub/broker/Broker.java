package io.datahub.broker;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.UsersListener;
import io.datahub.api.validation.EventValidator;
import io.datahub.broker.queue.EventCounters;
import io.datahub.broker.queue.EventQueue;
import io.datahub.broker.queue.GlobalQueueLimit;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The broker. It has a single thread, which only monitors full queues. */
@Component(
        name = "io.datahub.broker",
        service = {EventBroker.class, UsersListener.class, HealthCheck.class, MetricSource.class},
        property = {HealthCheck.NAME + "=broker", MetricSource.COMPONENT + "=broker"})
@Designate(ocd = BrokerConfiguration.class)
public final class Broker implements EventBroker, UsersListener, HealthCheck, MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    private final Map<Long, BrokerSession> sessions = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final EventCounters eventCounters = new EventCounters();
    private final Router router;
    private final GlobalQueueLimit queueLimit;
    private final SlowConsumerMonitor monitor;
    private final SessionRefresher refresher;
    private final BrokerMetrics metrics;
    private final HubPublisher hubPublisher;
    private final SessionContext context;
    private volatile BrokerLimits limits;
    private volatile boolean stopped;

    @Activate
    public Broker(BrokerConfiguration configuration) {
        limits = BrokerLimits.of(configuration);
        router = new Router(limits.maxSubscriptionBytes());
        router.validators().require(configuration.requireValidationTopics());
        router.validators().setMaxBytes(limits.maxValidatingBytes());
        queueLimit = new GlobalQueueLimit(limits.maxQueuedBytes(), this::queues);
        refresher = new SessionRefresher(router);
        metrics = new BrokerMetrics(eventCounters, queueLimit);
        hubPublisher = new HubPublisher(router, queueLimit, eventCounters);
        context =
                new SessionContext(router, queueLimit, eventCounters, new RefusalPublisher(hubPublisher), this::remove);
        monitor = new SlowConsumerMonitor(sessions.values(), () -> limits);
        LOG.info("event=broker.started {}", limits.logText());
    }

    /** Applies a new configuration: global limits take effect at once, limits of a session in new sessions. */
    @Modified
    void modified(BrokerConfiguration configuration) {
        limits = BrokerLimits.of(configuration);
        queueLimit.setMaxBytes(limits.maxQueuedBytes());
        router.setMaxBytes(limits.maxSubscriptionBytes());
        router.validators().require(configuration.requireValidationTopics());
        router.validators().setMaxBytes(limits.maxValidatingBytes());
        LOG.info("event=broker.configured {}", limits.logText());
    }

    @Reference(
            service = EventValidator.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "updateValidator",
            unbind = "removeValidator")
    void addValidator(ComponentServiceObjects<EventValidator> validator) {
        router.validators().put(validator.getServiceReference(), validator::getService);
    }

    void updateValidator(ComponentServiceObjects<EventValidator> validator) {
        router.validators().put(validator.getServiceReference(), validator::getService);
    }

    void removeValidator(ComponentServiceObjects<EventValidator> validator) {
        router.validators().remove(validator.getServiceReference());
    }

    @Override
    public Session open(Login login, EventSink sink) {
        BrokerSession session = new BrokerSession(ids.incrementAndGet(), login, sink, limits, context);
        sessions.put(session.id(), session);
        if (stopped) {
            session.end(CloseReason.HUB_STOPS);
        } else {
            refresher.refresh(session);
        }
        return session;
    }

    @Override
    public void announce(String name, byte[] payload) {
        hubPublisher.publish(name, payload);
    }

    @Override
    public void usersChanged(Authenticator authenticator) {
        refresher.renew(authenticator, sessions.values());
    }

    @Override
    public List<SessionInfo> sessions() {
        return sessions.values().stream()
                .map(BrokerSession::info)
                .sorted(Comparator.comparingLong(SessionInfo::id))
                .toList();
    }

    @Override
    public boolean disconnect(long id) {
        return Optional.ofNullable(sessions.get(id))
                .filter(session -> session.end(CloseReason.DISCONNECTED))
                .isPresent();
    }

    @Override
    public Counters counters() {
        return new Counters(
                eventCounters.in(),
                eventCounters.out(),
                eventCounters.lost(),
                eventCounters.refused(),
                queueLimit.bytes());
    }

    @Override
    public Health check() {
        String state = "sessions=" + sessions.size() + " subscriptions=" + router.subscriptions()
                + " subscriptionBytes=" + router.subscriptionBytes() + " queuedBytes="
                + queueLimit.bytes() + " lost=" + eventCounters.lost();
        List<String> stuck = router.validators().stuck();
        return stuck.isEmpty()
                ? Health.ready(state)
                : Health.degraded(state + " stuckValidators=" + stuck
                        + "; a thread dump (jstack) shows what blocks the threads datahub-event-validator-*;"
                        + " restart the validator's bundle to replace them");
    }

    @Override
    public void report(MetricReport report) {
        metrics.report(report, sessions());
    }

    Router router() {
        return router;
    }

    private void remove(long id) {
        sessions.remove(id);
        router.changed();
    }

    private Collection<EventQueue> queues() {
        return sessions.values().stream().map(BrokerSession::queue).collect(Collectors.toList());
    }

    /** Ends every session. */
    @Deactivate
    public void stop() {
        stopped = true;
        monitor.close();
        sessions.values().forEach(session -> session.end(CloseReason.HUB_STOPS));
        LOG.info(
                "event=broker.stopped in={} out={} lost={} refused={}",
                eventCounters.in(),
                eventCounters.out(),
                eventCounters.lost(),
                eventCounters.refused());
        router.validators().close();
    }
}
