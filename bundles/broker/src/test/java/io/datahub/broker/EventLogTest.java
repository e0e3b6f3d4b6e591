package io.datahub.broker;

import static io.datahub.api.user.Action.PUBLISH;
import static io.datahub.api.user.Action.READ;
import static io.datahub.api.user.Action.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.LastEvents;
import io.datahub.api.event.Published;
import io.datahub.api.event.PublishedEventListener;
import io.datahub.api.event.Session;
import io.datahub.api.record.Cursor;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.Verdict;
import io.datahub.test.Configurations;
import io.datahub.test.FakeSink;
import io.datahub.test.memory.TestUsers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

class EventLogTest {

    private final TestUsers users = new TestUsers().with("ci", PUBLISH, "", SUBSCRIBE, "", READ, "");
    private final Broker broker = new Broker(Configurations.of(BrokerConfiguration.class));
    private final FakeReferences references = new FakeReferences();
    private final Session publisher = broker.open(users.login("ci"), new FakeSink());
    private final FakeSink sink = new FakeSink();
    private final Session subscriber = broker.open(users.login("ci"), sink);

    /** Appends at once, or when it is told to. */
    private static class TestLog implements EventLog {

        final List<Completion> waiting = new CopyOnWriteArrayList<>();
        boolean immediate;
        private long number;

        @Override
        public synchronized void append(EventRun event, Completion completion) {
            waiting.add(completion);
            if (immediate) {
                appendNext();
            }
        }

        synchronized void appendNext() {
            waiting.remove(0).appended(new Cursor("e", ++number));
        }
    }

    private final TestLog log = new TestLog();

    @AfterEach
    void stop() {
        broker.stop();
    }

    private ServiceReference<EventLog> keep(String topics, EventLog kept) {
        ServiceReference<EventLog> reference = references.create("1.0.0", Map.of(EventLog.TOPICS, topics));
        broker.router().logs().put(reference, () -> kept);
        return reference;
    }

    private List<String> received() {
        List<String> events = new ArrayList<>();
        for (EventRun run : FakeSink.runs(subscriber)) {
            for (EventReader event = new EventReader(run); event.next(); ) {
                events.add(
                        event.topic() + run.cursor().map(cursor -> "@" + cursor).orElse(""));
            }
            run.buffer().release();
        }
        return events;
    }

    private static Published publish(Session session, Runnable completed, String topic) {
        return session.publish(completed, topic, new byte[] {'x'});
    }

    private static void unexpected() {
        throw new AssertionError("the outcome was known at once");
    }

    @Test
    void shouldDeliverAKeptEventOnlyOnceItIsAppended() {
        subscriber.subscribe(new byte[0]);
        keep("build.", log);
        AtomicInteger completed = new AtomicInteger();

        assertThat(publish(publisher, EventLogTest::unexpected, "other")).isEqualTo(Published.ACCEPTED);
        assertThat(publish(publisher, completed::incrementAndGet, "build.a")).isEqualTo(Published.PENDING);
        assertThat(received()).containsExactly("other");
        assertThatThrownBy(publisher::completed).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> publish(publisher, () -> {}, "build.b")).hasMessageContaining("still pending");
        int woken = sink.ready.get();
        log.appendNext();

        assertThat(completed).hasValue(1);
        assertThat(sink.ready).hasValue(woken + 1);
        assertThat(received()).containsExactly("build.a@e-1");
        assertThat(publisher.completed()).isEqualTo(Published.ACCEPTED);
        publisher.flush();
        assertThat(received()).isEmpty();
        assertThat(publisher.info().in()).isEqualTo(2);
    }

    @Test
    void shouldAnswerAtOnceWhenTheLogHasAppendedAtOnce() {
        subscriber.subscribe(new byte[0]);
        keep("build.", log);
        log.immediate = true;
        assertThat(new Batch(100)
                        .add("other", "")
                        .add("build.a", "")
                        .add("other", "")
                        .add("build.b", "")
                        .publish(publisher, EventLogTest::unexpected))
                .containsOnly(Published.ACCEPTED);
        assertThat(sink.ready).hasValue(0);
        publisher.flush();
        assertThat(sink.ready).hasValue(1);
        assertThat(received()).containsExactly("other", "build.a@e-1", "other", "build.b@e-2");
    }

    @Test
    void shouldDeliverInTheOrderOfTheLogWhicheverPublisherIsFirst() {
        subscriber.subscribe(new byte[0]);
        keep("build.", log);
        Session second = broker.open(users.login("ci"), new FakeSink());
        assertThat(publish(publisher, () -> {}, "build.a")).isEqualTo(Published.PENDING);
        assertThat(publish(second, () -> {}, "build.b")).isEqualTo(Published.PENDING);
        log.waiting.add(log.waiting.remove(0)); // the log has appended the second one first
        log.appendNext();
        log.appendNext();
        assertThat(second.completed()).isEqualTo(Published.ACCEPTED);
        assertThat(publisher.completed()).isEqualTo(Published.ACCEPTED);
        assertThat(received()).containsExactly("build.b@e-1", "build.a@e-2");
    }

    @Test
    void shouldTellThePublisherWhyAnEventIsNotKept() {
        subscriber.subscribe(new byte[0]);
        keep("build.", (event, completion) -> completion.refused(new Refusal(Reason.NO_ROOM, "the log is full")));
        Published published = publish(publisher, EventLogTest::unexpected, "build.a");
        assertThat(published).isEqualTo(Published.NOT_KEPT);
        assertThat(publisher.refusal(published).orElseThrow().detail()).isEqualTo("the log is full");
        keep("build.", (event, completion) -> {
            throw new IllegalStateException("broken");
        });
        published = publish(publisher, EventLogTest::unexpected, "build.a");
        assertThat(publisher.refusal(published).orElseThrow().reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(received()).isEmpty();
    }

    @Test
    void shouldRefuseWhatALogHasNotKeptWhenItIsRemoved() {
        ServiceReference<EventLog> reference = keep("build.", log);
        AtomicInteger completed = new AtomicInteger();
        assertThat(publish(publisher, completed::incrementAndGet, "build.a")).isEqualTo(Published.PENDING);
        broker.router().logs().remove(reference);
        assertThat(completed).hasValue(1);
        assertThat(publisher.completed()).isEqualTo(Published.NOT_KEPT);
        log.appendNext(); // too late
        assertThat(completed).hasValue(1);
        assertThat(received()).isEmpty();
    }

    @Test
    void shouldKeepOnlyWhatValidatorsAccept() throws Exception {
        subscriber.subscribe(new byte[0]);
        ServiceReference<EventValidator> validator =
                references.create("1.0.0", Map.of("service.pid", "x", EventValidator.TOPICS, "build."));
        broker.router()
                .validators()
                .put(
                        validator,
                        () -> (topic, user, payload) ->
                                topic.endsWith("bad") ? Verdict.refuse("bad") : Verdict.accept());
        keep("build.", log);
        assertThat(Publishing.publish(publisher, "build.bad")).isEqualTo(Published.INVALID);
        assertThat(log.waiting).isEmpty();
        CountDownLatch completed = new CountDownLatch(1);
        assertThat(publish(publisher, completed::countDown, "build.good")).isEqualTo(Published.PENDING);
        await().until(() -> !log.waiting.isEmpty());
        log.appendNext();
        assertThat(completed.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(publisher.completed()).isEqualTo(Published.ACCEPTED);
        assertThat(received()).containsExactly("build.good@e-1");
    }

    @Test
    void shouldDeliverWhatWasKeptAfterItsPublisherHasGone() {
        subscriber.subscribe(new byte[0]);
        keep("build.", log);
        assertThat(publish(publisher, () -> {}, "build.a")).isEqualTo(Published.PENDING);
        publisher.close();
        log.appendNext();
        assertThat(sink.ready).hasValue(1);
        assertThat(received()).containsExactly("build.a@e-1");
    }

    @Test
    void shouldShowListenersWhatIsPublishedInOrderAlsoWithoutSubscribers() {
        List<String> seen = new CopyOnWriteArrayList<>();
        PublishedEventListener listener = run -> {
            for (EventReader event = new EventReader(run); event.next(); ) {
                seen.add(run.user() + ":" + event.topic()
                        + run.cursor().map(c -> "@" + c).orElse(""));
            }
        };
        ServiceReference<PublishedEventListener> reference = references.create("1.0.0", Map.of());
        broker.router().listeners().put(reference, () -> listener);
        ServiceReference<PublishedEventListener> broken = references.create("1.0.0", Map.of());
        broker.router().listeners().put(broken, () -> run -> {
            throw new IllegalStateException("broken");
        });
        keep("build.", log);
        log.immediate = true;
        new Batch(200).add("a", "").add("b", "").add("build.c", "").add("d", "").publish(publisher, () -> {});
        publisher.flush();
        broker.announce("hub.x", new byte[0]);
        broker.announce(new Cursor("e", 7), "file.created/x", new byte[0]);
        assertThat(seen).containsExactly("ci:a", "ci:b", "ci:build.c@e-1", "ci:d");

        seen.clear();
        ServiceReference<PublishedEventListener> ofHub =
                references.create("1.0.0", Map.of(PublishedEventListener.TOPICS, "file., hub., b"));
        broker.router().listeners().remove(reference);
        broker.router().listeners().put(ofHub, () -> listener);
        new Batch(200).add("a", "").add("b", "").publish(publisher, () -> {});
        publisher.flush();
        broker.announce("hub.x", new byte[0]);
        broker.announce(new Cursor("e", 7), "file.created/x", new byte[0]);
        assertThat(seen).containsExactly("ci:b", ":hub.x", ":file.created/x@e-7");
    }

    @Test
    void shouldTellListenersWhichEventsAreDeliveredAtAllHubs() {
        List<String> seen = new CopyOnWriteArrayList<>();
        PublishedEventListener listener = new PublishedEventListener() {
            @Override
            public void published(EventRun run) {
                seen.add(topic(run));
            }

            @Override
            public void publishedEverywhere(EventRun run) {
                seen.add("everywhere " + topic(run));
            }

            private String topic(EventRun run) {
                EventReader event = new EventReader(run);
                event.next();
                return event.topic();
            }
        };
        broker.router().listeners().put(references.create("1.0.0", Map.of()), () -> listener);
        TestLog shared = new TestLog() {
            @Override
            public boolean isShared() {
                return true;
            }
        };
        shared.immediate = true;
        log.immediate = true;
        keep("build.", log);
        keep("shared.", shared);
        for (String topic : List.of("build.a", "shared.a", "other")) {
            publish(publisher, () -> {}, topic);
            publisher.flush();
        }
        assertThat(seen).containsExactly("build.a", "everywhere shared.a", "other");
    }

    @Test
    void shouldNotShowListenersWhatCameInByAnInjector() {
        List<EventRun> seen = new CopyOnWriteArrayList<>();
        broker.router().listeners().put(references.create("1.0.0", Map.of()), () -> seen::add);
        subscriber.subscribe("build.".getBytes(StandardCharsets.UTF_8));
        broker.openInjector().inject(InjectorTest.run("eve", 1, "build.a", "other", "build.b"));
        assertThat(received()).containsExactly("build.a", "build.b");
        assertThat(seen).isEmpty();
    }

    @Test
    void shouldRefuseTopicsWhoseRequiredLogIsMissing() throws InterruptedException {
        Broker strict = new Broker(Configurations.of(
                BrokerConfiguration.class, Map.of("requireHistoryTopics", new String[] {"build.", "deploy.*"})));
        Session ci = strict.open(users.login("ci"), new FakeSink());
        ServiceReference<EventLog> reference = references.create("1.0.0", Map.of(EventLog.TOPICS, "build."));
        strict.router().logs().put(reference, () -> log);
        log.immediate = true;
        assertThat(publish(ci, EventLogTest::unexpected, "build.a")).isEqualTo(Published.ACCEPTED);
        Published refused = publish(ci, EventLogTest::unexpected, "deploy.a");
        assertThat(refused).isEqualTo(Published.NOT_KEPT);
        assertThat(ci.refusal(refused)).isEqualTo(Published.NOT_KEPT.refusal());

        CountDownLatch validating = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        strict.router()
                .validators()
                .put(
                        references.create("1.0.0", Map.of("service.pid", "x", EventValidator.TOPICS, "build.")),
                        () -> (topic, user, payload) -> {
                            validating.countDown();
                            release.await();
                            return Verdict.accept();
                        });
        CountDownLatch completed = new CountDownLatch(1);
        assertThat(publish(ci, completed::countDown, "build.b")).isEqualTo(Published.PENDING);
        assertThat(validating.await(20, TimeUnit.SECONDS)).isTrue();
        strict.router().logs().remove(reference);
        release.countDown();
        assertThat(completed.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(ci.completed()).isEqualTo(Published.NOT_KEPT);
        strict.stop();
    }

    @Test
    void shouldRefuseTopicsWhoseLogIsGoneUntilItsBundleIsUninstalled() {
        log.immediate = true;
        ServiceReference<EventLog> reference = keep("build.", log);
        ServiceReference<EventLog> other = keep("deploy.", log);
        Bundle bundle = reference.getBundle();
        assertThat(publish(publisher, EventLogTest::unexpected, "build.a")).isEqualTo(Published.ACCEPTED);
        broker.router().logs().remove(reference);
        broker.router().logs().remove(other);
        assertThat(publish(publisher, EventLogTest::unexpected, "build.a")).isEqualTo(Published.NOT_KEPT);
        assertThat(publish(publisher, EventLogTest::unexpected, "other")).isEqualTo(Published.ACCEPTED);
        broker.router().logs().put(reference, () -> log);
        assertThat(publish(publisher, EventLogTest::unexpected, "build.a")).isEqualTo(Published.ACCEPTED);
        assertThat(publish(publisher, EventLogTest::unexpected, "deploy.a")).isEqualTo(Published.NOT_KEPT);
        broker.router().logs().remove(reference);
        broker.router().logs().uninstalled(other.getBundle());
        assertThat(publish(publisher, EventLogTest::unexpected, "deploy.a")).isEqualTo(Published.ACCEPTED);
        assertThat(publish(publisher, EventLogTest::unexpected, "build.a")).isEqualTo(Published.NOT_KEPT);
        broker.router().logs().uninstalled(bundle);
        assertThat(publish(publisher, EventLogTest::unexpected, "build.a")).isEqualTo(Published.ACCEPTED);
    }

    @Test
    void shouldNotExplainARefusalByThatOfAnEarlierEvent() {
        keep("build.", (event, completion) -> completion.refused(new Refusal(Reason.NO_ROOM, "the log is full")));
        publish(publisher, EventLogTest::unexpected, "build.a");
        broker.router().validators().require("deploy.");
        Published refused = publish(publisher, EventLogTest::unexpected, "deploy.a");
        assertThat(refused).isEqualTo(Published.NOT_VALIDATED);
        assertThat(publisher.refusal(refused)).isEqualTo(Published.NOT_VALIDATED.refusal());
    }

    @Test
    void shouldResumeAPublisherOnceNoReceiverOfKeptAndOtherEventsIsFullAnyMore() {
        Broker small = new Broker(Configurations.of(
                BrokerConfiguration.class, Map.of("highWaterBytes", 100L, "pushWaitMillis", 600_000L)));
        FakeSink resumed = new FakeSink();
        Session ci = small.open(users.login("ci"), resumed);
        Session ofKept = small.open(users.login("ci"), new FakeSink());
        Session ofOther = small.open(users.login("ci"), new FakeSink());
        ofKept.subscribe("build.".getBytes(StandardCharsets.UTF_8));
        ofOther.subscribe("other".getBytes(StandardCharsets.UTF_8));
        small.router().logs().put(references.create("1.0.0", Map.of(EventLog.TOPICS, "build.")), () -> log);
        log.immediate = true;
        for (List<Session> drained : List.of(List.of(ofKept, ofOther), List.of(ofOther, ofKept))) {
            int before = resumed.resumed.get();
            ci.publish(EventLogTest::unexpected, "build.a", new byte[200]);
            ci.publish(EventLogTest::unexpected, "other", new byte[200]);
            assertThat(ci.flush()).isFalse();
            FakeSink.events(drained.get(0));
            assertThat(resumed.resumed).hasValue(before);
            assertThat(ci.flush()).isFalse();
            FakeSink.events(drained.get(1));
            assertThat(resumed.resumed).hasValue(before + 1);
            assertThat(ci.flush()).isTrue();
        }
        small.stop();
    }

    @Test
    void shouldDeliverEventsWithAPositionOneAfterTheOther() {
        keep("build.", log);
        List<String> seen = new CopyOnWriteArrayList<>();
        CountDownLatch release = new CountDownLatch(1);
        broker.router()
                .listeners()
                .put(
                        references.create("1.0.0", Map.of(PublishedEventListener.TOPICS, "build., file.")),
                        () -> event -> {
                            seen.add("begin " + event.cursor().orElseThrow());
                            awaitUninterruptibly(release);
                            seen.add("end " + event.cursor().orElseThrow());
                        });
        publish(publisher, () -> {}, "build.a");
        Thread ofLog = new Thread(log::appendNext);
        Thread ofStore = new Thread(() -> broker.announce(new Cursor("e", 2), "file.created/x", new byte[0]));
        ofLog.start();
        await().until(() -> seen.size() == 1);
        ofStore.start();
        await().until(() -> ofStore.getState() == Thread.State.BLOCKED);
        release.countDown();
        await().until(() -> seen.size() == 4);
        assertThat(seen).containsExactly("begin e-1", "end e-1", "begin e-2", "end e-2");
    }

    @Test
    void shouldDeliverFileEventsWhereTheLogPlacesThem() {
        subscriber.subscribe(new byte[0]);
        List<Runnable> placed = new ArrayList<>();
        ServiceReference<EventLog> reference = keep("build.", new EventLog() {
            @Override
            public void append(EventRun event, Completion completion) {
                throw new IllegalStateException("nothing is published here");
            }

            @Override
            public void announce(Cursor cursor, Runnable delivery) {
                placed.add(delivery);
                if (cursor.sequence() == 3) {
                    throw new IllegalStateException("broken");
                }
            }
        });
        broker.announce(new Cursor("e", 1), "file.created/a", new byte[0]);
        assertThat(received()).isEmpty();
        placed.get(0).run();
        placed.get(0).run();
        assertThat(received()).containsExactly("file.created/a@e-1");

        broker.announce(new Cursor("e", 2), "file.created/b", new byte[0]);
        assertThat(received()).isEmpty();
        broker.router().logs().remove(reference);
        assertThat(received()).containsExactly("file.created/b@e-2");
        placed.get(1).run();
        keep("build.", log);
        broker.announce(new Cursor("e", 3), "file.created/c", new byte[0]);
        assertThat(received()).containsExactly("file.created/c@e-3");
    }

    @Test
    void shouldSendNewestEventsToNewSubscribers() {
        AtomicReference<LastEvents.Receiver> receiver = new AtomicReference<>();
        LastEvents last = (prefix, begin, to) -> {
            assertThat(new String(prefix, StandardCharsets.UTF_8)).isEqualTo("build.");
            begin.run();
            receiver.set(to);
        };
        ServiceReference<LastEvents> reference = references.create("1.0.0", Map.of(LastEvents.TOPICS, "build.*"));
        broker.router().lastEvents().put(reference, () -> last);
        subscriber.subscribe("other".getBytes(StandardCharsets.UTF_8));
        assertThat(receiver).hasNullValue();
        subscriber.subscribe("build.".getBytes(StandardCharsets.UTF_8));
        assertThat(receiver.get().isOpen()).isTrue();
        assertThat(receiver.get().hasRoom()).isTrue();
        receiver.get()
                .receive(List.of(
                        InjectorTest.run("eve", 1, "build.a"),
                        InjectorTest.run("eve", 1, "other"),
                        InjectorTest.run("eve", 1, "build.c")));
        publish(publisher, EventLogTest::unexpected, "build.b");
        assertThat(sink.ready).hasValue(1);
        assertThat(received()).containsExactly("build.a", "other", "build.c", "build.b");
        users.with("ci", SUBSCRIBE, "build.x");
        broker.usersChanged(users.memory);
        receiver.get().receive(List.of(InjectorTest.run("eve", 1, "build.a"), InjectorTest.run("eve", 1, "build.x")));
        assertThat(received()).containsExactly("build.x");
        subscriber.unsubscribe("build.".getBytes(StandardCharsets.UTF_8));
        assertThat(receiver.get().isOpen()).isFalse();
        broker.router().lastEvents().remove(reference);
        subscriber.subscribe("build.".getBytes(StandardCharsets.UTF_8));
        assertThat(receiver.get().isOpen()).isTrue();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
