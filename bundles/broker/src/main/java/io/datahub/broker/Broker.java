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
import java.nio.charset.StandardCharsets;
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

/** The broker. Has one thread of its own, which only watches for those who are full for too long. */
@Component(
        name = "io.datahub.broker",
        service = {EventBroker.class, UsersListener.class, HealthCheck.class, MetricSource.class},
        property = {HealthCheck.NAME + "=broker", MetricSource.PART + "=broker"})
@Designate(ocd = BrokerConfiguration.class)
public final class Broker implements EventBroker, UsersListener, HealthCheck, MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    private final Map<Long, BrokerSession> sessions = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final EventCounters tally = new EventCounters();
    private final Router router;
    private final GlobalQueueLimit backlog;
    private final SlowConsumerMonitor watch;
    private final SessionRefresher renewal = new SessionRefresher(this);
    private final BrokerMetrics figures = new BrokerMetrics(this);
    private final RefusalPublisher refusalNews = new RefusalPublisher(this);
    private volatile BrokerLimits limits;
    private volatile boolean stopped;

    @Activate
    public Broker(BrokerConfiguration configuration) {
        limits = BrokerLimits.of(configuration);
        router = new Router(limits.maxSubscriptionBytes());
        router.judges().require(configuration.judgedTopics());
        router.judges().bound(limits.maxValidatingBytes());
        backlog = new GlobalQueueLimit(limits.maxQueuedBytes(), this::queues);
        watch = new SlowConsumerMonitor(this);
        LOG.info("broker started {}", limits);
    }

    /** Puts other limits in force: the bounds of all sessions together at once, the others for new sessions. */
    @Modified
    void modified(BrokerConfiguration configuration) {
        limits = BrokerLimits.of(configuration);
        backlog.bound(limits.maxQueuedBytes());
        router.bound(limits.maxSubscriptionBytes());
        router.judges().require(configuration.judgedTopics());
        router.judges().bound(limits.maxValidatingBytes());
        LOG.info("broker configured {}", limits);
    }

    @Reference(
            service = EventValidator.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "updateValidator",
            unbind = "removeValidator")
    void addValidator(ComponentServiceObjects<EventValidator> validator) {
        router.judges().put(validator.getServiceReference(), validator::getService);
    }

    void updateValidator(ComponentServiceObjects<EventValidator> validator) {
        router.judges().put(validator.getServiceReference(), validator::getService);
    }

    void removeValidator(ComponentServiceObjects<EventValidator> validator) {
        router.judges().remove(validator.getServiceReference());
    }

    @Override
    public Session open(Login login, EventSink sink) {
        BrokerSession session = new BrokerSession(ids.incrementAndGet(), login, sink, this);
        sessions.put(session.id(), session);
        if (stopped) {
            end(session, CloseReason.HUB_STOPS);
        } else {
            renewal.catchUp(session);
        }
        return session;
    }

    @Override
    public void announce(String name, byte[] payload) {
        Topic topic = new Topic(name.getBytes(StandardCharsets.UTF_8));
        EventQueue[] receivers = router.receivers(topic);
        tally.in(1);
        if (receivers.length > 0) {
            FanOut outbox = new FanOut(backlog, NoOpSink.INSTANCE);
            outbox.put(EventRuns.ofHub(topic.bytes(), payload), receivers);
            outbox.wake();
        }
    }

    @Override
    public void usersChanged(Authenticator authenticator) {
        renewal.renew(authenticator, sessions.values());
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
                .filter(session -> end(session, CloseReason.DISCONNECTED))
                .isPresent();
    }

    @Override
    public Counters counters() {
        return new Counters(tally.in(), tally.out(), tally.lost(), tally.refused(), backlog.bytes());
    }

    @Override
    public Health check() {
        List<String> stuck = router.judges().stuck();
        String validators = stuck.isEmpty()
                ? ""
                : " stuckValidators=" + stuck + "; a thread dump (jstack) shows what keeps the threads"
                        + " datahub-event-validator-*, and restarting the validator's bundle replaces it";
        return Health.ready("sessions=" + sessions.size() + " subscriptions=" + router.subscriptions()
                + " subscriptionBytes=" + router.subscriptionBytes() + " queuedBytes="
                + backlog.bytes() + " lost=" + tally.lost() + validators);
    }

    @Override
    public void report(MetricReport report) {
        figures.report(report);
    }

    /** Ends a session and tells its transport; false if it had ended before. */
    boolean end(BrokerSession session, CloseReason reason) {
        if (!session.end()) {
            return false;
        }
        LOG.info("session ended id={} login={} reason={}", session.id(), session.login(), reason);
        session.sink().ended(reason);
        return true;
    }

    void forget(BrokerSession session) {
        sessions.remove(session.id());
        router.changed();
    }

    BrokerLimits limits() {
        return limits;
    }

    RefusalPublisher refusalNews() {
        return refusalNews;
    }

    EventCounters tally() {
        return tally;
    }

    Router router() {
        return router;
    }

    GlobalQueueLimit backlog() {
        return backlog;
    }

    Collection<BrokerSession> all() {
        return sessions.values();
    }

    private Collection<EventQueue> queues() {
        return sessions.values().stream().map(BrokerSession::queue).collect(Collectors.toList());
    }

    /** Ends every session. */
    @Deactivate
    public void stop() {
        stopped = true;
        watch.close();
        sessions.values().forEach(session -> end(session, CloseReason.HUB_STOPS));
        LOG.info(
                "broker stopped in={} out={} lost={} refused={}",
                tally.in(),
                tally.out(),
                tally.lost(),
                tally.refused());
        router.judges().close();
    }
}
