package io.datahub.broker;

import static io.datahub.api.user.Action.PUBLISH;
import static io.datahub.api.user.Action.SUBSCRIBE;
import static io.datahub.test.FakeSink.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import io.datahub.broker.validation.RegisteredEventValidator;
import io.datahub.test.Configurations;
import io.datahub.test.FakeSink;
import io.datahub.test.memory.TestUsers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.ServiceReference;

class EventValidatorsTest {

    private final TestUsers users = new TestUsers().with("ci", PUBLISH, "", SUBSCRIBE, "");
    private final Broker broker = new Broker(
            Configurations.of(BrokerConfiguration.class, Map.of("requireValidationTopics", new String[] {"deploy."})));
    private final Session publisher = broker.open(users.login("ci"), new FakeSink());
    private final Session subscriber = broker.open(users.login("ci"), new FakeSink());
    private final FakeReferences references = new FakeReferences();

    private final EventValidator noCheese = (topic, user, payload) -> {
        String text = StandardCharsets.UTF_8.decode(payload).toString();
        return text.contains("cheese") ? Verdict.refuse(user + " sent cheese to " + topic) : Verdict.accept();
    };

    @AfterEach
    void stop() {
        broker.stop();
    }

    private ServiceReference<EventValidator> reference(String version, String name, Object topics) {
        return references.create(version, Map.of("service.pid", name, EventValidator.TOPICS, topics));
    }

    private ServiceReference<EventValidator> seat(String name, String topics, EventValidator validator) {
        ServiceReference<EventValidator> reference = reference("1.0.0", name, topics);
        broker.router().validators().put(reference, () -> validator);
        return reference;
    }

    private Published publish(String topic, String payload) {
        return Publishing.publish(publisher, topic, payload.getBytes(StandardCharsets.UTF_8));
    }

    private Refusal refusal(String topic, String payload) {
        return publisher.refusal(publish(topic, payload)).orElseThrow();
    }

    @Test
    void shouldRefuseInvalidEventsAndDeliverTheRest() {
        subscriber.subscribe(new byte[0]);
        seat("io.datahub.validator.cloudevents~x", "build., test.*", noCheese);

        assertThat(publish("build.a", "ham")).isEqualTo(Published.ACCEPTED);
        assertThat(publish("build.a", "cheese")).isEqualTo(Published.INVALID);
        assertThat(publish("build.a", "eggs")).isEqualTo(Published.ACCEPTED);
        assertThat(publish("test.a", "cheese")).isEqualTo(Published.INVALID);
        assertThat(publish("other", "cheese")).isEqualTo(Published.ACCEPTED);

        assertThat(events(subscriber)).containsExactly("build.a=ham", "build.a=eggs", "other=cheese");
        assertThat(publisher.info().refused()).isEqualTo(2);
    }

    @Test
    void shouldAttributeViolationsToValidators() {
        seat("io.datahub.validator.cloudevents~x", "*", noCheese);
        seat("other", "build.", (topic, user, payload) -> Verdict.refuse("never"));

        Refusal refusal = refusal("build.a", "cheese");

        assertThat(refusal.reason()).isEqualTo(Reason.INVALID);
        assertThat(refusal.violations())
                .containsExactlyInAnyOrder(
                        new Violation("cloudevents-x", "1.0.0", 0, 0, "ci sent cheese to build.a"),
                        new Violation("other", "1.0.0", 0, 0, "never"));
    }

    @Test
    void shouldValidateWhatFollowsTheTopicInSingleFrameEvents() {
        seat("x", "build.", noCheese);

        assertThat(Publishing.publish(publisher, "build.a cheese")).isEqualTo(Published.INVALID);
        assertThat(Publishing.publish(publisher, "build.a ham")).isEqualTo(Published.ACCEPTED);
        Batch batch = new Batch(100).add("build.a", "cheese").add("build.a", "ham");
        assertThat(batch.publish(publisher)).containsExactly(Published.INVALID, Published.ACCEPTED);
        batch.release();
        publisher.flush();
    }

    @Test
    void shouldRefuseEventsWhenAValidatorFails() {
        seat("x", "build.", (topic, user, payload) -> {
            throw new IllegalStateException("no schema");
        });

        Refusal refusal = refusal("build.a", "ham");

        assertThat(refusal.reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(refusal.detail()).isEqualTo("the validator x failed: no schema");
    }

    @Test
    void shouldFollowRegistrationsOfValidators() {
        assertThat(publish("build.a", "cheese")).isEqualTo(Published.ACCEPTED);
        ServiceReference<EventValidator> reference = seat("x", "build.", noCheese);
        assertThat(publish("build.a", "cheese")).isEqualTo(Published.INVALID);
        broker.router().validators().remove(reference);
        assertThat(publish("build.a", "cheese")).isEqualTo(Published.ACCEPTED);
    }

    @Test
    void shouldUseTheNewerOfTwoValidatorsWithTheSameName() {
        broker.router().validators().put(reference("2.0.0", "x", new String[] {"build."}), () -> noCheese);
        broker.router()
                .validators()
                .put(
                        reference("1.10.0", "x", List.of("build.")),
                        () -> (topic, user, payload) -> Verdict.refuse("old"));

        assertThat(publish("build.a", "ham")).isEqualTo(Published.ACCEPTED);
        assertThat(refusal("build.a", "cheese").violations().get(0).version()).isEqualTo("2.0.0");
    }

    @Test
    void shouldRefuseTopicsWithoutTheirRequiredValidator() {
        assertThat(publish("deploy.a", "ham")).isEqualTo(Published.NOT_VALIDATED);
        seat("x", "deploy.", noCheese);
        assertThat(publish("deploy.a", "ham")).isEqualTo(Published.ACCEPTED);
    }

    @Test
    void shouldNotValidateEventsOfTheHubItself() {
        seat("x", "*", (topic, user, payload) -> Verdict.refuse("never"));
        Session monitor = broker.open(users.withRole("ops", "monitor").login("ops"), new FakeSink());
        monitor.subscribe("hub.".getBytes(StandardCharsets.UTF_8));

        broker.announce("hub.news", new byte[] {'1'});

        assertThat(events(monitor)).containsExactly("hub.news=1");
    }

    /** A validator that ignores interrupts. */
    private static EventValidator uninterruptible(CountDownLatch release, CountDownLatch interrupted) {
        return (topic, user, payload) -> {
            while (release.getCount() > 0) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
            }
            return Verdict.accept();
        };
    }

    @Test
    void shouldInterruptAValidatorOnTimeoutAndContinueOnItsOtherThreads() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(1);
        seat("slow", "build.", (topic, user, payload) -> {
            if (payload.get(0) == 's') {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
            }
            return Verdict.accept();
        });

        Refusal refusal = refusal("build.a", "slow");

        assertThat(refusal.reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(refusal.detail()).isEqualTo("the validator slow failed: it took longer than 1000 ms");
        assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(publish("build.a", "quick")).isEqualTo(Published.ACCEPTED);
        await().until(() -> !broker.check().detail().contains("stuckValidators"));
    }

    @Test
    void shouldNameStuckValidatorsAndRefuseTheirTopicsAtOnceWhenAllThreadsAreStuck() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(RegisteredEventValidator.THREADS);
        ServiceReference<EventValidator> reference = seat("stuck", "build.", uninterruptible(release, interrupted));
        CountDownLatch decided = new CountDownLatch(RegisteredEventValidator.THREADS);
        List<Session> sessions = Stream.generate(() -> broker.open(users.login("ci"), new FakeSink()))
                .limit(RegisteredEventValidator.THREADS)
                .toList();
        for (Session session : sessions) {
            Batch batch = new Batch(100).add("build.a", "ham");
            assertThat(batch.publish(session, decided::countDown)).containsExactly(Published.PENDING);
            batch.release();
            assertThat(batch.isUnused()).isTrue();
        }
        assertThat(decided.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(sessions)
                .allSatisfy(session -> assertThat(session.completed()).isEqualTo(Published.NOT_VALIDATED));
        assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();

        assertThat(refusal("build.a", "y").detail())
                .isEqualTo(
                        "the validator stuck failed: all its 4 threads are still busy with events that have timed out"
                                + " after 1000 ms");
        assertThat(publish("other", "y")).isEqualTo(Published.ACCEPTED);
        assertThat(broker.check().detail()).contains("stuckValidators=[stuck/1.0.0 (4 of 4 threads)]");
        assertThat(broker.check().ready()).isTrue();
        assertThat(broker.check().degraded()).isTrue();
        broker.router().validators().remove(reference);
        assertThat(broker.check().detail()).contains("stuckValidators=[stuck/1.0.0 (4 of 4 threads)]");

        release.countDown();
        await().until(() -> !broker.check().detail().contains("stuckValidators"));
        assertThat(broker.check().degraded()).isFalse();
    }

    @Test
    void shouldDeliverAPendingEventAfterEarlierEvents() throws InterruptedException {
        subscriber.subscribe(new byte[0]);
        CountDownLatch release = new CountDownLatch(1);
        seat("x", "build.", (topic, user, payload) -> {
            release.await();
            return Verdict.accept();
        });
        CountDownLatch decided = new CountDownLatch(1);
        Batch batch = new Batch(100).add("other", "1").add("build.a", "2");

        assertThat(batch.publish(publisher, decided::countDown)).containsExactly(Published.ACCEPTED, Published.PENDING);
        publisher.flush();
        batch.release();
        assertThat(events(subscriber)).containsExactly("other=1");
        release.countDown();
        assertThat(decided.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(publisher.completed()).isEqualTo(Published.ACCEPTED);
        publish("other", "3");

        assertThat(events(subscriber)).containsExactly("build.a=2", "other=3");
    }

    @Test
    void shouldCheckGrantsAgainAfterValidation() throws InterruptedException {
        subscriber.subscribe(new byte[0]);
        CountDownLatch release = new CountDownLatch(1);
        seat("x", "build.", (topic, user, payload) -> {
            release.await();
            return Verdict.accept();
        });
        CountDownLatch decided = new CountDownLatch(1);
        assertThat(new Batch(100).add("build.a", "1").publish(publisher, decided::countDown))
                .containsExactly(Published.PENDING);
        users.with("ci", PUBLISH, "other", SUBSCRIBE, "");
        broker.usersChanged(users.memory);

        release.countDown();
        assertThat(decided.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(publisher.completed()).isEqualTo(Published.NOT_GRANTED);
        publisher.flush();
        assertThat(events(subscriber)).isEmpty();
    }

    @Test
    void shouldRefuseAnEventAfterTheTimeLimitOfItsValidator() {
        EventValidator endless = (topic, user, payload) -> {
            new CountDownLatch(1).await();
            return Verdict.accept();
        };
        limited("quick", "20", endless);
        assertThat(refusal("quick", "x").detail()).contains("it took longer than 20 ms");
        limited("wrong", "0", endless);
        assertThat(refusal("wrong", "x").detail())
                .contains("it took longer than " + EventValidator.DEFAULT_TIMEOUT_MILLIS + " ms");
    }

    private void limited(String topic, String timeoutMillis, EventValidator validator) {
        ServiceReference<EventValidator> reference = references.create(
                "1.0.0",
                Map.of(
                        "service.pid",
                        topic,
                        EventValidator.TOPICS,
                        topic,
                        EventValidator.TIMEOUT_MILLIS,
                        timeoutMillis));
        broker.router().validators().put(reference, () -> validator);
    }

    @Test
    void shouldLimitTheMemoryOfEventsInValidation() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        seat("x", "build.", (topic, user, payload) -> {
            release.await();
            return Verdict.accept();
        });
        broker.pendingLimit().setMaxBytes(40);
        CountDownLatch decided = new CountDownLatch(1);
        Session other = broker.open(users.login("ci"), new FakeSink());

        assertThat(new Batch(100).add("build.a", "0123456789").publish(publisher, decided::countDown))
                .containsExactly(Published.PENDING);
        Published second = Publishing.publish(other, "build.a", "0123456789".getBytes(StandardCharsets.UTF_8));
        assertThat(other.refusal(second).orElseThrow().detail())
                .isEqualTo("too many events are being validated or kept at once; try again");
        release.countDown();
        assertThat(decided.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(publisher.completed()).isEqualTo(Published.ACCEPTED);
        assertThat(Publishing.publish(other, "build.a", "0123456789".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Published.ACCEPTED);
    }

    @Test
    void shouldRefuseEventsInValidationOnShutdown() throws InterruptedException {
        seat("x", "build.", uninterruptible(new CountDownLatch(1), new CountDownLatch(1)));
        CountDownLatch decided = new CountDownLatch(1);
        assertThat(new Batch(100).add("build.a", "1").publish(publisher, decided::countDown))
                .containsExactly(Published.PENDING);

        broker.stop();

        assertThat(decided.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(publisher.completed()).isEqualTo(Published.NOT_VALIDATED);
    }
}
