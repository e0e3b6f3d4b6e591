package io.datahub.nats;

import io.datahub.api.cluster.JournalSignal;
import io.datahub.api.cluster.JournalSignalListener;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.PublishedEventListener;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SubscriptionListener;
import io.datahub.api.log.LogText;
import io.datahub.api.secret.SecretFiles;
import io.datahub.nats.session.RemoteSessions;
import io.datahub.nats.session.SessionReport;
import io.datahub.nats.stream.IncomingStreams;
import io.datahub.nats.stream.OutgoingStream;
import io.datahub.nats.stream.OutgoingStreams;
import io.datahub.nats.stream.RelayCounters;
import io.datahub.nats.stream.Sender;
import io.datahub.nats.stream.TopicFilter;
import io.datahub.nats.wire.Ack;
import io.datahub.nats.wire.Hello;
import io.datahub.nats.wire.MalformedMessageException;
import io.datahub.nats.wire.Member;
import io.datahub.nats.wire.SessionList;
import io.datahub.nats.wire.SignalNumber;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects this hub with the others of its cluster: events that are published here go to the hubs where somebody
 * subscribed to them, and come in from them. Thread-safe.
 */
final class Relay implements NatsLink.Owner, JournalSignal, SubscriptionListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

    private static final int MAX_PREFIXES = 256;

    /** After this long without a word, a hub is no longer listed. */
    private static final Duration SILENT = Duration.ofSeconds(5);

    /** After this long without a word, what waits for a hub is dropped, and so is the count of what it has lost. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(10);

    /** After this long, a subscription is confirmed although a hub hasn't answered. */
    private static final Duration UNANSWERED = Duration.ofSeconds(1);

    private final Member self;
    private final EventBroker broker;
    private final Collection<JournalSignalListener> signals;
    private final RelayCounters counters = new RelayCounters();
    private final OutgoingStreams outgoing = new OutgoingStreams(counters);
    private final IncomingStreams incoming;
    private final RemoteSessions sessions;
    private final NatsLink link;
    private final Sender sender;
    private final Heartbeat heartbeat;
    private final Confirmations confirmations = new Confirmations();
    private volatile boolean hasNamesake;

    /** @param signals hear that the journal has advanced; may change */
    Relay(
            String hub,
            NatsServers servers,
            SecretFiles secrets,
            EventBroker broker,
            Collection<JournalSignalListener> signals) {
        self = new Member(hub, new SecureRandom().nextLong());
        this.broker = broker;
        this.signals = signals;
        link = new NatsLink(servers, secrets, hub, this);
        incoming = new IncomingStreams(self, broker::openInjector, this::acknowledge, counters);
        sessions = new RemoteSessions(hub, this::disconnect);
        sender = new Sender(outgoing, link, counters);
        SessionReport report = new SessionReport(self, broker::sessions, message -> link.publish("sessions", message));
        heartbeat = new Heartbeat(this::greet, this::beat, report::send);
    }

    void start() {
        link.start();
        heartbeat.start();
    }

    PublishedEventListener publishedEvents() {
        return outgoing;
    }

    RemoteSessions sessions() {
        return sessions;
    }

    RelayCounters counters() {
        return counters;
    }

    NatsLink link() {
        return link;
    }

    long queuedBytes() {
        return outgoing.queuedBytes();
    }

    /** Whether another hub has the same name. */
    boolean hasNamesake() {
        return hasNamesake;
    }

    /** The names of the other hubs that were heard of lately. */
    Set<String> hubs() {
        Set<String> present = new TreeSet<>();
        outgoing.byHub().forEach((name, stream) -> {
            if (stream.silentNanos() < SILENT.toNanos()) {
                present.add(name);
            }
        });
        return present;
    }

    @Override
    public Map<String, NatsLink.Handler> subscriptions() {
        return Map.of(
                "events." + self.name(),
                (subject, data) -> incoming.received(data),
                "hubs",
                (subject, data) -> greeted(Hello.decode(data)),
                "acks." + self.name(),
                (subject, data) -> acknowledged(Ack.decode(data)),
                "greeted." + self.name(),
                (subject, data) -> heard(Ack.decode(data)),
                "sessions",
                (subject, data) -> sessions.received(SessionList.decode(data)),
                "disconnect." + self.name(),
                (subject, data) -> broker.disconnect(new SessionId(number(data))),
                "journal",
                (subject, data) -> advancedElsewhere(number(data)));
    }

    private static long number(byte[] data) throws MalformedMessageException {
        return SignalNumber.decode(data);
    }

    @Override
    public void connected() {
        outgoing.byHub().values().forEach(OutgoingStream::pause);
        heartbeat.greetSoon();
        sender.wake();
    }

    @Override
    public void malformed() {
        counters.malformed();
    }

    @Override
    public void subscriptionsChanged() {
        heartbeat.greetSoon();
    }

    @Override
    public void confirm(Runnable confirmed) {
        Set<String> others = link.isOpen() ? hubs() : Set.of();
        if (others.isEmpty()) {
            confirmed.run();
        } else {
            confirmations.await(others, confirmed);
            heartbeat.greetSoon();
        }
    }

    private void heard(Ack ack) {
        if (ack.sender().equals(self)) {
            confirmations.heard(ack.receiver().name(), ack.position());
        }
    }

    @Override
    public void advanced(long number) {
        link.publish("journal", SignalNumber.encode(number));
    }

    private void advancedElsewhere(long number) {
        signals.forEach(listener -> listener.advanced(number));
    }

    private void disconnect(SessionId id) {
        link.publish("disconnect." + id.hub(), SignalNumber.encode(id.number()));
    }

    private void acknowledge(Ack ack) {
        link.publish("acks." + ack.sender().name(), ack.encoded());
    }

    private void acknowledged(Ack ack) {
        OutgoingStream stream = outgoing.byHub().get(ack.receiver().name());
        if (ack.sender().equals(self) && stream != null && stream.receiver().equals(ack.receiver())) {
            stream.acknowledge(ack.position());
            sender.wake();
        }
    }

    /** Tells the others what to send to this hub. */
    private void greet() {
        greet(false);
    }

    private void greet(boolean leaving) {
        long number = confirmations.nextGreeting();
        List<byte[]> prefixes = broker.subscribedPrefixes(MAX_PREFIXES).stream()
                .map(prefix -> prefix.length <= OutgoingStreams.MAX_PREFIX_BYTES
                        ? prefix
                        : Arrays.copyOf(prefix, OutgoingStreams.MAX_PREFIX_BYTES))
                .toList();
        link.publish("hubs", new Hello(self, leaving, prefixes, number).encoded());
    }

    /** Each second. */
    private void beat() {
        greet();
        confirmations.expire(UNANSWERED.toNanos());
        outgoing.byHub().values().forEach(OutgoingStream::requestMark);
        sender.wake();
        outgoing.byHub().forEach((name, stream) -> {
            if (stream.silentNanos() > SILENT.toNanos()) {
                sessions.forget(name);
            }
            if (stream.silentNanos() > FORGOTTEN.toNanos() && outgoing.byHub().remove(name, stream)) {
                LOG.info("event=nats.hub.forgotten hub={}", LogText.quoted(name));
            }
        });
        incoming.forgetSilent(FORGOTTEN.toNanos());
    }

    private void greeted(Hello hello) {
        Member other = hello.member();
        if (other.name().equals(self.name())) {
            namesake();
            return;
        }
        if (hello.leaving()) {
            outgoing.byHub()
                    .computeIfPresent(
                            other.name(), (name, stream) -> stream.receiver().equals(other) ? null : stream);
            sessions.forget(other.name());
            LOG.info("event=nats.hub.left hub={}", LogText.quoted(other));
            return;
        }
        TopicFilter filter = new TopicFilter(hello.prefixes());
        outgoing.byHub().compute(other.name(), (name, known) -> {
            if (known != null && known.receiver().equals(other)) {
                known.update(filter);
                sender.wake();
                return known;
            }
            LOG.info("event=nats.hub.joined hub={}", LogText.quoted(name));
            heartbeat.greetSoon(); // so that it knows at once what to send here
            return new OutgoingStream(self, other, filter);
        });
        link.publish("greeted." + other.name(), new Ack(other, self, hello.number()).encoded());
    }

    private void namesake() {
        if (!hasNamesake) {
            hasNamesake = true;
            LOG.error(
                    "event=nats.hub.namesake hub={} remedy=\"give each hub its own name: the key hub of"
                            + " io.datahub.cluster.cfg\"",
                    LogText.quoted(self));
        }
    }

    @Override
    public void close() {
        heartbeat.close();
        sender.close();
        greet(true);
        link.close();
        confirmations.expire(0);
    }
}
