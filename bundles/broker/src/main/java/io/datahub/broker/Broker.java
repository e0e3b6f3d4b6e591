package io.datahub.broker;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.ClusterSessions;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.EventInjector;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.LastEvents;
import io.datahub.api.event.PublishedEventListener;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.event.SubscriptionListener;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.UsersListener;
import io.datahub.api.validation.EventValidator;
import io.datahub.broker.queue.EventCounters;
import io.datahub.broker.queue.EventQueue;
import io.datahub.broker.queue.GlobalQueueLimit;
import io.datahub.broker.whiteboard.AllSessions;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
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
    private final SlowSubscriberMonitor monitor;
    private final SessionRefresher refresher;
    private final BrokerMetrics metrics;
    private final HubPublisher hubPublisher;
    private final PendingEventLimit pendingLimit;
    private final SessionContext context;
    private final DeliveryPause pause = new DeliveryPause();
    private final AllSessions allSessions = new AllSessions();
    private volatile BrokerLimits limits;
    private final BundleListener bundleListener = this::bundleChanged;
    private volatile boolean stopped;

    @Activate
    public Broker(BrokerConfiguration configuration) {
        limits = BrokerLimits.of(configuration);
        router = new Router(limits.maxSubscriptionBytes());
        router.validators().require(configuration.requireValidationTopics());
        router.logs().require(configuration.requireHistoryTopics());
        pendingLimit = new PendingEventLimit(limits.maxPendingBytes());
        queueLimit = new GlobalQueueLimit(limits.maxQueuedBytes(), this::queues);
        refresher = new SessionRefresher(router);
        metrics = new BrokerMetrics(eventCounters, queueLimit);
        PositionedDelivery positioned = new PositionedDelivery();
        hubPublisher = new HubPublisher(router, queueLimit, positioned, eventCounters);
        context = new SessionContext(
                router,
                queueLimit,
                eventCounters,
                new RefusalPublisher(hubPublisher),
                positioned,
                pendingLimit,
                pause,
                this::remove);
        monitor = new SlowSubscriberMonitor(sessions.values(), () -> limits, pause);
        LOG.info("event=broker.started {}", limits.logText());
    }

    /** Learns when a bundle is uninstalled, so that its topics needn't be kept any more. */
    @Activate
    void watch(BundleContext context) {
        context.addBundleListener(bundleListener);
    }

    /** Likewise when only this component stops; the framework removes listeners of bundles that stop. */
    @Deactivate
    void unwatch(BundleContext context) {
        context.removeBundleListener(bundleListener);
        stop();
    }

    private void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.UNINSTALLED) {
            router.logs().uninstalled(event.getBundle());
        }
    }

    /** Applies a new configuration: global limits take effect at once, limits of a session in new sessions. */
    @Modified
    void modified(BrokerConfiguration configuration) {
        limits = BrokerLimits.of(configuration);
        queueLimit.setMaxBytes(limits.maxQueuedBytes());
        router.setMaxBytes(limits.maxSubscriptionBytes());
        router.validators().require(configuration.requireValidationTopics());
        router.logs().require(configuration.requireHistoryTopics());
        pendingLimit.setMaxBytes(limits.maxPendingBytes());
        LOG.info("event=broker.configured {}", limits.logText());
    }

    @Reference(
            service = EventValidator.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "addValidator",
            unbind = "removeValidator")
    void addValidator(ComponentServiceObjects<EventValidator> validator) {
        router.validators().put(validator.getServiceReference(), validator::getService);
    }

    void removeValidator(ComponentServiceObjects<EventValidator> validator) {
        router.validators().remove(validator.getServiceReference());
    }

    @Reference(
            service = EventLog.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "addLog",
            unbind = "removeLog")
    void addLog(ComponentServiceObjects<EventLog> log) {
        router.logs().put(log.getServiceReference(), log::getService);
    }

    void removeLog(ComponentServiceObjects<EventLog> log) {
        router.logs().remove(log.getServiceReference());
    }

    @Reference(
            service = LastEvents.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "addLastEvents",
            unbind = "removeLastEvents")
    void addLastEvents(ComponentServiceObjects<LastEvents> last) {
        router.lastEvents().put(last.getServiceReference(), last::getService);
    }

    void removeLastEvents(ComponentServiceObjects<LastEvents> last) {
        router.lastEvents().remove(last.getServiceReference());
    }

    @Reference(
            service = PublishedEventListener.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "addListener",
            unbind = "removeListener")
    void addListener(ComponentServiceObjects<PublishedEventListener> listener) {
        router.listeners().put(listener.getServiceReference(), listener::getService);
    }

    void removeListener(ComponentServiceObjects<PublishedEventListener> listener) {
        router.listeners().remove(listener.getServiceReference());
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "removeSubscriptionListener")
    void addSubscriptionListener(SubscriptionListener listener) {
        router.subscriptionListeners().add(listener);
    }

    void removeSubscriptionListener(SubscriptionListener listener) {
        router.subscriptionListeners().remove(listener);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "leaveCluster")
    void joinCluster(ClusterSessions cluster) {
        allSessions.join(cluster);
    }

    void leaveCluster(ClusterSessions cluster) {
        allSessions.leave(cluster);
    }

    @Override
    public void pause(boolean isPaused) {
        pause.set(isPaused);
        router.changed(); // publishers with a cached route don't look at the pause
        if (!isPaused) {
            sessions.values().forEach(session -> session.sink().ready());
        }
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
        hubPublisher.publish(name, payload, Optional.empty());
    }

    @Override
    public void announce(Cursor cursor, String name, byte[] payload) {
        router.logs().announce(cursor, () -> hubPublisher.publish(name, payload, Optional.of(cursor)));
    }

    @Override
    public EventInjector openInjector() {
        return new BrokerInjector(context, events -> sessions.values().forEach(session -> session.missed(events)));
    }

    @Override
    public List<byte[]> subscribedPrefixes(int max) {
        return router.subscribedPrefixes(max);
    }

    @Override
    public void confirmSubscriptions(Runnable confirmed) {
        router.subscriptionListeners().confirm(confirmed);
    }

    @Override
    public void usersChanged(Authenticator authenticator) {
        refresher.renew(authenticator, sessions.values());
    }

    @Override
    public List<SessionInfo> sessions() {
        return allSessions.list(sessions.values().stream().map(BrokerSession::info));
    }

    @Override
    public boolean disconnect(SessionId id) {
        return allSessions.isLocal(id)
                ? Optional.ofNullable(sessions.get(id.number()))
                        .filter(session -> session.end(CloseReason.DISCONNECTED))
                        .isPresent()
                : allSessions.disconnect(id);
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
        metrics.report(
                report, sessions.values().stream().map(BrokerSession::info).toList());
    }

    Router router() {
        return router;
    }

    PendingEventLimit pendingLimit() {
        return pendingLimit;
    }

    private void remove(long id) {
        sessions.remove(id);
    }

    private Collection<EventQueue> queues() {
        return sessions.values().stream().map(BrokerSession::queue).collect(Collectors.toList());
    }

    /** Ends all sessions. */
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
