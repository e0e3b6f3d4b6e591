package io.datahub.test.contract;

import static io.datahub.api.user.Action.PUBLISH;
import static io.datahub.api.user.Action.READ;
import static io.datahub.api.user.Action.SUBSCRIBE;
import static io.datahub.test.FakeSink.events;
import static io.datahub.test.FakeSink.runs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.EventInjector;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Published;
import io.datahub.api.event.PublishedEventListener;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.event.SubscriptionListener;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.LoginSession;
import io.datahub.api.user.User;
import io.datahub.test.FakeSink;
import io.datahub.test.memory.TestUsers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link EventBroker} must do, without validators and logs. */
@Timeout(120)
public abstract class EventBrokerContract {

    /** The maximum number of events in a queue. */
    protected static final int QUEUE_EVENTS = 10;

    /** Publishers wait for queues of more bytes, for as long as it takes. */
    protected static final int HIGH_WATER_BYTES = 5_000;

    /** The maximum size of a message without its topic. */
    protected static final int MESSAGE_BYTES = 3_000;

    /** The maximum number of subscriptions of a session. */
    protected static final int SUBSCRIPTIONS = 3;

    private final TestUsers users = new TestUsers()
            .with("ci", PUBLISH, "build.", SUBSCRIBE, "build.")
            .with("dev", SUBSCRIBE, "", READ, "builds/")
            .withRole("ops", User.MONITOR)
            .withRole("root", User.ADMIN);
    private final FakeSink sink = new FakeSink();

    /** The broker, with the limits of this class and no others that matter here. */
    protected abstract EventBroker broker();

    /** Tells the broker that the users have changed. */
    protected abstract void usersChanged(Authenticator authenticator);

    /** Adds a listener with these topics in its property {@link PublishedEventListener#TOPICS}. */
    protected abstract void listen(PublishedEventListener listener, String... topics);

    /** Adds a listener to changes of subscriptions. */
    protected abstract void listen(SubscriptionListener listener);

    /** Stops the broker. */
    protected abstract void stop();

    private Session open(String user, String... prefixes) {
        return open(user, new FakeSink(), prefixes);
    }

    private Session open(String user, FakeSink to, String... prefixes) {
        Session session = broker().open(users.login(user), to);
        for (String prefix : prefixes) {
            assertThat(session.subscribe(bytes(prefix))).isTrue();
        }
        return session;
    }

    @Test
    void shouldDeliverAndTakeNothingWhileItIsPaused() {
        Session subscriber = open("dev", sink, "build.");
        Session publisher = open("ci");
        assertThat(publish(publisher, "build.a", "1")).isEqualTo(Published.ACCEPTED);
        publisher.flush();
        broker().pause(true);
        assertThat(publish(publisher, "build.a", "x")).isEqualTo(Published.UNAVAILABLE);
        publisher.flush();
        assertThat(subscriber.take(1 << 20, run -> run.buffer().release())).isZero();
        int before = sink.ready.get();

        broker().pause(false);
        assertThat(sink.ready.get()).isGreaterThan(before);
        assertThat(subscriber.take(1 << 20, run -> run.buffer().release())).isPositive();
        assertThat(subscriber.take(1 << 20, run -> run.buffer().release())).isZero();
        publish(publisher, "build.a", "2");
        assertThat(subscriber.take(1 << 20, run -> run.buffer().release())).isPositive();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void neverPending() {
        throw new AssertionError("without validators and logs, no event is pending");
    }

    private static Published publish(Session session, String topic, String payload) {
        return session.publish(EventBrokerContract::neverPending, topic, bytes(payload));
    }

    /** Events with these topics, each with its number as the payload and one more frame. */
    private static EventRun run(String user, long timeMillis, String... topics) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < topics.length; i++) {
            bytes.writeBytes(EventWriter.write(bytes(topics[i]), bytes("" + i), new byte[300])
                    .array());
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes.toByteArray());
        return new EventRun(new SharedBuffer(buffer), 0, buffer.limit(), topics.length, user, timeMillis);
    }

    /** Publishes the events of a buffer without flushing. */
    private static List<Published> publish(Session session, EventRun run) {
        List<Published> outcomes = new ArrayList<>();
        for (EventReader event = new EventReader(run); event.next(); ) {
            outcomes.add(session.publish(
                    run.buffer(),
                    event.start(),
                    event.end(),
                    event.topicStart(),
                    event.topicEnd(),
                    EventBrokerContract::neverPending));
        }
        return outcomes;
    }

    @Test
    void shouldDeliverByPrefixOnceToEachSubscriberAndAlsoToThePublisher() {
        Session ci = open("ci", "build.");
        Session several = open("dev", "", "build.", "build.x");
        Session other = open("dev", "build.x");
        assertThat(publish(ci, "build.y", "1")).isEqualTo(Published.ACCEPTED);
        assertThat(publish(ci, "build.xy", "2")).isEqualTo(Published.ACCEPTED);
        assertThat(events(ci)).containsExactly("build.y=1", "build.xy=2");
        assertThat(events(several)).containsExactly("build.y=1", "build.xy=2");
        assertThat(events(other)).containsExactly("build.xy=2");
    }

    @Test
    void shouldMatchTheWholeFirstFrameWhereItIsTheOnlyOne() {
        Session root = open("root");
        Session payload = open("root", "10001 80");
        for (String frame : List.of("10001 80 60", "10001 9")) {
            ByteBuffer bytes = EventWriter.write(bytes(frame));
            assertThat(publish(root, new EventRun(new SharedBuffer(bytes), 0, bytes.limit(), 1, "", 0)))
                    .containsExactly(Published.ACCEPTED);
        }
        publish(root, "10001", "80");
        assertThat(events(payload)).containsExactly("10001=80 60");
    }

    @Test
    void shouldCountSubscriptions() {
        Session dev = open("dev", "a.", "b.", "b.");
        Session root = open("root");
        assertThat(dev.subscribe(bytes("c."))).as("limited").isFalse();
        assertThat(dev.unsubscribe(bytes("b."))).isTrue();
        publish(root, "b.1", "");
        assertThat(dev.info().subscriptions()).isEqualTo(2);
        assertThat(dev.unsubscribe(bytes("b."))).isTrue();
        assertThat(dev.unsubscribe(bytes("b."))).isFalse();
        publish(root, "b.2", "");
        assertThat(events(dev)).containsExactly("b.1=");
    }

    @Test
    void shouldRefuseWhatMustNotBePublishedAndCountIt() {
        Session ci = open("ci");
        Session root = open("root");
        assertThat(publish(ci, "deploy.x", "")).isEqualTo(Published.NOT_GRANTED);
        assertThat(ci.refusal(Published.NOT_GRANTED)).isEqualTo(Published.NOT_GRANTED.refusal());
        assertThat(publish(root, "file.created/x", "")).isEqualTo(Published.RESERVED);
        assertThat(publish(root, "hub.x", "")).isEqualTo(Published.RESERVED);
        assertThat(publish(root, "", "")).isEqualTo(Published.BAD_TOPIC);
        assertThat(publish(root, "a\0b", "")).isEqualTo(Published.BAD_TOPIC);
        assertThat(root.publish(EventBrokerContract::neverPending, "x", new byte[MESSAGE_BYTES]))
                .isEqualTo(Published.ACCEPTED);
        assertThat(root.publish(EventBrokerContract::neverPending, "x", new byte[MESSAGE_BYTES + 1]))
                .isEqualTo(Published.TOO_LARGE);
        assertThat(publish(root, "x".repeat(4200), "")).isEqualTo(Published.ACCEPTED);
        assertThat(publish(root, "x".repeat(4201), "")).isEqualTo(Published.TOPIC_TOO_LONG);
        assertThat(ci.info().refused()).isEqualTo(1);
        assertThat(root.info().refused()).isEqualTo(6);
        assertThat(broker().counters().refused()).isEqualTo(7);
        assertThat(broker().counters().in()).isEqualTo(2);
        assertThatThrownBy(root::completed).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldFollowTheGrantsOfRenewedUsers() {
        Session ci = open("ci", sink, "");
        Session root = open("root");
        publish(root, "deploy.1", "");
        publish(root, "build.1", "");
        assertThat(publish(ci, "build.2", "")).isEqualTo(Published.ACCEPTED);
        assertThat(events(ci)).containsExactly("build.1=", "build.2=");

        users.with("ci", PUBLISH, "deploy.", SUBSCRIBE, "deploy.");
        usersChanged(users.memory);
        assertThat(sink.renewed).containsExactly(ci.login());
        assertThat(publish(ci, "build.3", "")).isEqualTo(Published.NOT_GRANTED);
        assertThat(publish(ci, "deploy.3", "")).isEqualTo(Published.ACCEPTED);
        publish(root, "build.4", "");
        assertThat(events(ci)).containsExactly("deploy.3=");
    }

    @Test
    void shouldEndTheSessionsOfUsersAndBrowserSessionsThatAreGone() {
        LoginSession browser = new LoginSession();
        FakeSink dev = new FakeSink();
        broker().open(users.login("dev").in(Optional.of(browser)), dev);
        var outdated = users.login("ci");
        open("ci", sink);
        users.without("ci");
        usersChanged(users.memory);
        assertThat(sink.ended).containsExactly(CloseReason.ACCESS_LOST);
        broker().open(outdated, sink);
        assertThat(sink.ended).containsExactly(CloseReason.ACCESS_LOST, CloseReason.ACCESS_LOST);
        assertThat(dev.ended).isEmpty();
        browser.end();
        assertThat(dev.ended).containsExactly(CloseReason.ACCESS_LOST);
        assertThat(broker().sessions()).isEmpty();
    }

    @Test
    void shouldDeliverFileEventsByReadGrants() {
        Session dev = open("dev", "", "file.");
        Session ci = open("ci", "", "file.");
        Session root = open("root", "file.deleted/");
        broker().announce("file.created/builds/a", bytes("1"));
        broker().announce(new Cursor("e", 3), "file.created/secret/a", bytes("2"));
        broker().announce(new Cursor("e", 4), "file.deleted/builds/a", bytes("3"));
        List<EventRun> runs = runs(dev);
        assertThat(runs)
                .extracting(EventBrokerContract::text)
                .containsExactly("file.created/builds/a=1", "file.deleted/builds/a=3");
        assertThat(runs).extracting(EventRun::user).containsOnly("");
        assertThat(runs)
                .extracting(EventRun::cursor)
                .containsExactly(Optional.empty(), Optional.of(new Cursor("e", 4)));
        assertThat(events(ci)).isEmpty();
        assertThat(events(root)).containsExactly("file.deleted/builds/a=3");
        assertThat(broker().counters().in()).isEqualTo(3);
    }

    private static String text(EventRun run) {
        EventReader event = new EventReader(run);
        event.next();
        return event.topic() + "=" + StandardCharsets.UTF_8.decode(event.payload());
    }

    @Test
    void shouldDeliverTopicsOfTheHubOnlyToMonitorsThatAskForThem() {
        Session ops = open("ops", "hub.");
        Session everything = open("root", "", "hub");
        Session dev = open("dev", "hub.");
        broker().announce("hub.x", bytes("1"));
        assertThat(events(ops)).containsExactly("hub.x=1");
        assertThat(events(everything)).isEmpty();
        assertThat(events(dev)).isEmpty();
    }

    @Test
    void shouldKeepBytesAndOrderOfWhatIsPublishedTogether() {
        Session all = open("dev", "");
        Session some = open("dev", "build.b");
        Session ci = open("ci");
        EventRun batch = run("ci", 0, "build.a", "build.b", "secret", "build.a", "build.b");
        assertThat(publish(ci, batch))
                .containsExactly(
                        Published.ACCEPTED,
                        Published.ACCEPTED,
                        Published.NOT_GRANTED,
                        Published.ACCEPTED,
                        Published.ACCEPTED);
        assertThat(ci.flush()).isTrue();

        List<EventRun> runs = runs(all);
        EventRun accepted = run("ci", 0, "build.a", "build.b", "secret", "build.a", "build.b");
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (EventReader event = new EventReader(accepted); event.next(); ) {
            if (!event.topic().equals("secret")) {
                expected.write(accepted.buffer().bytes().array(), event.start(), event.end() - event.start());
            }
        }
        assertThat(bytes(runs)).isEqualTo(expected.toByteArray());
        assertThat(runs).extracting(EventRun::user).containsOnly("ci");
        assertThat(runs).allSatisfy(run -> assertThat(run.timeMillis()).isPositive());
        assertThat(events(some)).containsExactly("build.b=1", "build.b=4");
        assertThat(ci.info().in()).isEqualTo(4);
    }

    private static byte[] bytes(List<EventRun> runs) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (EventRun run : runs) {
            byte[] part = new byte[run.length()];
            run.slice().get(part);
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }

    @Test
    void shouldNotifyATransportOnceUntilItsQueueIsEmpty() {
        Session dev = open("dev", sink, "");
        Session root = open("root");
        publish(root, "a", "1");
        publish(root, "b", "2");
        assertThat(sink.ready).hasValue(1);
        assertThat(events(dev, 1)).containsExactly("a=1");
        publish(root, "c", "3");
        assertThat(sink.ready).hasValue(1);
        assertThat(events(dev)).containsExactly("b=2", "c=3");
        publish(root, "d", "4");
        assertThat(sink.ready).hasValue(2);
    }

    @Test
    void shouldLoseAndCountWhatDoesNotFitForThatSubscriberOnly() {
        Session slow = open("ops", "hub.");
        Session told = open("dev", "a", "hub.lost");
        Session healthy = open("dev", "a");
        Session root = open("root");
        for (int i = 0; i < QUEUE_EVENTS + 2; i++) {
            publish(root, "a", "" + i);
            assertThat(events(healthy)).containsExactly("a=" + i);
        }
        assertThat(told.lost()).isEqualTo(2);
        assertThat(events(told, 1)).containsExactly("a=0");
        publish(root, "a", "z");
        assertThat(events(told))
                .hasSize(QUEUE_EVENTS + 1)
                .endsWith("a=" + (QUEUE_EVENTS - 1), "hub.lost={\"lost\":2,\"total\":2}", "a=z");
        assertThat(told.info().lost()).isEqualTo(2);
        assertThat(broker().counters().lost()).isEqualTo(2);
        assertThat(healthy.lost() + slow.lost()).isZero();
    }

    @Test
    void shouldKeepTheOrderOfEachPublisherAndCountEachLossBeforeALaterEvent() throws Exception {
        int publishers = 3;
        long each = 2_000;
        Session dev = open("dev", "t.");
        ExecutorService threads = Executors.newFixedThreadPool(publishers);
        List<Future<?>> publishing = new ArrayList<>();
        for (int p = 0; p < publishers; p++) {
            String topic = "t." + p;
            Session session = open("root");
            publishing.add(threads.submit(() -> {
                for (int i = 0; i < each; i++) {
                    publish(session, topic, "" + i);
                }
            }));
        }
        threads.shutdown();
        Map<String, Integer> next = new HashMap<>();
        long[] totals = new long[2]; // received, and known to be lost
        boolean over;
        do {
            over = threads.isTerminated();
            for (String event : events(dev)) {
                String[] parts = event.split("=", -1);
                int number = Integer.parseInt(parts[1]);
                int expected = next.getOrDefault(parts[0], 0);
                assertThat(number).isGreaterThanOrEqualTo(expected);
                next.put(parts[0], number + 1);
                totals[0]++;
                totals[1] += number - expected;
            }
            assertThat(dev.lost()).isGreaterThanOrEqualTo(totals[1]);
        } while (!over);
        for (Future<?> one : publishing) {
            one.get();
        }
        assertThat(totals[0] + dev.lost()).isEqualTo(publishers * each);
        assertThat(dev.info().out()).isEqualTo(totals[0]);
        assertThat(broker().counters().in()).isEqualTo(publishers * each);
    }

    @Test
    void shouldHaveAPublisherWaitUntilAFullReceiverHasRoom() {
        Session dev = open("dev", "a");
        Session root = open("root", sink);
        assertThat(flushOf(root, 1)).isTrue();
        assertThat(flushOf(root, 6)).isFalse();
        assertThat(dev.info().queuedBytes()).isGreaterThan(HIGH_WATER_BYTES);
        assertThat(broker().counters().queuedBytes()).isEqualTo(dev.info().queuedBytes());
        assertThat(sink.resumed).hasValue(0);
        assertThat(events(dev)).hasSize(7);
        assertThat(sink.resumed).hasValue(1);
        assertThat(broker().counters().queuedBytes()).isZero();
        assertThat(flushOf(root, 6)).isFalse();
        dev.close();
        assertThat(sink.resumed).hasValue(2);
        assertThat(flushOf(root, 1)).isTrue();
    }

    private static boolean flushOf(Session session, int events) {
        for (int i = 0; i < events; i++) {
            ByteBuffer bytes = EventWriter.write(bytes("a"), new byte[1_000]);
            publish(session, new EventRun(new SharedBuffer(bytes), 0, bytes.limit(), 1, "", 0));
        }
        return session.flush();
    }

    @Test
    void shouldListAndEndSessions() {
        Session dev = open("dev", sink, "");
        Session closed = open("root", sink);
        Session ci = open("ci", new FakeSink());
        List<SessionInfo> all = broker().sessions();
        assertThat(all).extracting(SessionInfo::login).containsExactly(dev.login(), closed.login(), ci.login());
        assertThat(all).isSortedAccordingTo((one, other) -> one.id().compareTo(other.id()));
        closed.close();
        assertThat(sink.ended).as("by the transport itself").isEmpty();
        assertThat(publish(closed, "a", "")).isEqualTo(Published.CLOSED);

        publish(ci, "build.1", "");
        SessionId id = dev.info().id();
        assertThat(broker().disconnect(id)).isTrue();
        assertThat(broker().disconnect(id)).isFalse();
        assertThat(sink.ended).containsExactly(CloseReason.DISCONNECTED);
        assertThat(events(dev)).isEmpty();
        assertThat(broker().sessions())
                .extracting(SessionInfo::id)
                .containsExactly(ci.info().id());
    }

    @Test
    void shouldEndAllSessionsWhenItStops() {
        open("dev", sink);
        stop();
        open("dev", sink);
        assertThat(sink.ended).containsExactly(CloseReason.HUB_STOPS, CloseReason.HUB_STOPS);
        assertThat(broker().sessions()).isEmpty();
    }

    @Test
    void shouldDeliverInjectedEventsByTheGrantsOfSubscribersWithPublisherTimeAndPosition() {
        Session ci = open("ci", "");
        Session dev = open("dev", "");
        EventInjector injector = broker().openInjector();
        injector.inject(run("eve", 7, "build.a", "deploy.a", "build.b"));
        injector.inject(run("bob", 8, "build.c").at(new Cursor("e", 9)));
        injector.inject(run("", 9, "file.created/builds/x"));
        List<EventRun> runs = runs(ci);
        assertThat(runs.get(0).user() + runs.get(0).timeMillis()).isEqualTo("eve7");
        EventRun last = runs.get(runs.size() - 1);
        assertThat(last.user() + last.timeMillis()).isEqualTo("bob8");
        assertThat(last.cursor()).contains(new Cursor("e", 9));
        assertThat(runs.stream().mapToInt(EventRun::count).sum()).isEqualTo(3);
        assertThat(events(dev))
                .containsExactly("build.a=0", "deploy.a=1", "build.b=2", "build.c=0", "file.created/builds/x=0");
        assertThat(broker().counters().in()).isEqualTo(5);
    }

    @Test
    void shouldKeepThePositionOfAnInjectedEventWhoseBufferIsScarce() {
        Session ci = open("ci", "");
        EventRun heap = run("eve", 7, "build.a");
        SharedBuffer scarce = new SharedBuffer(heap.buffer().bytes()) {
            @Override
            public boolean isScarce() {
                return true;
            }
        };
        EventRun run = new EventRun(scarce, heap.start(), heap.end(), 1, "eve", 7).at(new Cursor("e", 9));
        broker().openInjector().inject(run);
        assertThat(runs(ci))
                .singleElement()
                .satisfies(event -> assertThat(event.cursor()).contains(new Cursor("e", 9)));
    }

    @Test
    void shouldReportEventsThatWereLostBeforeTheyWereInjected() {
        Session told = open("dev", "a", "hub.lost");
        Session without = open("dev");
        EventInjector injector = broker().openInjector();
        injector.inject(run("eve", 7, "a"));
        injector.reportLost(3);
        injector.reportLost(2);
        injector.inject(run("eve", 7, "a"));
        assertThat(events(told)).containsExactly("a=0", "hub.lost={\"lost\":5,\"total\":5}", "a=0");
        assertThat(told.lost()).isEqualTo(5);
        assertThat(without.lost()).isZero();
    }

    @Test
    void shouldShowListenersWhatIsPublishedHere() {
        List<String> all = new CopyOnWriteArrayList<>();
        List<String> files = new CopyOnWriteArrayList<>();
        listen(event -> all.add(event.user() + " " + text(event)), "*");
        listen(event -> files.add(event.cursor().orElseThrow() + " " + text(event)), "file.*", "nothing");
        Session ci = open("ci");
        publish(ci, "build.1", "x");
        publish(ci, "deploy.1", "x");
        broker().announce(new Cursor("e", 5), "file.created/a", bytes("y"));
        broker().openInjector().inject(run("eve", 7, "build.2"));
        assertThat(all).containsExactly("ci build.1=x");
        assertThat(files).containsExactly("e-5 file.created/a=y");
    }

    private List<String> subscribed(int max) {
        return broker().subscribedPrefixes(max).stream()
                .map(prefix -> new String(prefix, StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void shouldReportTheFewestPrefixesThatCoverAllSubscriptions() {
        assertThat(subscribed(9)).isEmpty();
        Session ci = open("ci", "build.a", "build.", "test.");
        Session dev = open("dev", "build.", "deploy.");
        assertThat(subscribed(9)).containsExactlyInAnyOrder("build.", "test.", "deploy.");
        assertThat(subscribed(2))
                .hasSizeBetween(1, 2)
                .allSatisfy(cover ->
                        assertThat(List.of("build.", "test.", "deploy.")).anyMatch(prefix -> prefix.startsWith(cover)));
        ci.unsubscribe(bytes("build."));
        dev.close();
        assertThat(subscribed(9)).containsExactlyInAnyOrder("build.a", "test.");
        ci.subscribe(bytes(""));
        assertThat(subscribed(9)).containsExactly("");
    }

    @Test
    void shouldConfirmSubscriptionsWhenAllListenersDo() {
        AtomicInteger confirmations = new AtomicInteger();
        broker().confirmSubscriptions(confirmations::incrementAndGet);
        assertThat(confirmations).hasValue(1);
        List<Runnable> waiting = new ArrayList<>();
        listen(() -> {});
        listen(new SubscriptionListener() {
            @Override
            public void subscriptionsChanged() {
                // only asked to confirm
            }

            @Override
            public void confirm(Runnable confirmed) {
                waiting.add(confirmed);
            }
        });
        broker().confirmSubscriptions(confirmations::incrementAndGet);
        assertThat(confirmations).hasValue(1);
        waiting.forEach(Runnable::run);
        assertThat(confirmations).hasValue(2);
    }

    @Test
    void shouldNotifyOfChangedSubscriptionsOnceUntilTheyAreRead() {
        AtomicInteger changes = new AtomicInteger();
        listen(changes::incrementAndGet);
        assertThat(changes).hasValue(1);
        subscribed(1);
        Session dev = open("dev", "a", "b");
        assertThat(changes).hasValue(2);
        assertThat(subscribed(9)).containsExactlyInAnyOrder("a", "b");
        dev.unsubscribe(bytes("a"));
        assertThat(changes).hasValue(3);
        dev.close();
        assertThat(changes).hasValue(3);
        assertThat(subscribed(9)).isEmpty();
    }
}
