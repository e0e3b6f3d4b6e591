package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.LastEvents;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every {@link LastEvents} does. A subclass provides one without events, and a way to publish some. */
public abstract class LastEventsContract {

    /** The service under test. */
    protected abstract LastEvents last();

    /** Has an event appended and delivered; its topic begins with {@code status.}. */
    protected abstract void publish(String topic, String payload) throws Exception;

    /** Has what waits for room sent, if that isn't done all the time. */
    protected void retry() {}

    /** Collects events, while it is open and has room. */
    private static final class Collector implements LastEvents.Receiver {
        final List<String> events = new CopyOnWriteArrayList<>();
        final AtomicInteger asked = new AtomicInteger();
        volatile boolean isOpen = true;
        volatile boolean hasRoom = true;

        @Override
        public boolean isOpen() {
            return isOpen;
        }

        @Override
        public boolean hasRoom() {
            asked.incrementAndGet();
            return hasRoom;
        }

        @Override
        public void receive(List<EventRun> received) {
            for (EventRun event : received) {
                EventReader reader = new EventReader(event);
                reader.next();
                events.add(reader.topic() + "=" + StandardCharsets.UTF_8.decode(reader.payload()));
            }
        }
    }

    private void subscribe(String prefix, Collector collector) {
        AtomicInteger begun = new AtomicInteger();
        last().subscribe(prefix.getBytes(StandardCharsets.UTF_8), begun::incrementAndGet, collector);
        assertThat(begun).hasValue(1);
    }

    private void assertNewest(String prefix, String... expected) {
        Collector collector = new Collector();
        subscribe(prefix, collector);
        await().untilAsserted(() -> assertThat(collector.events).containsExactlyInAnyOrder(expected));
    }

    @Test
    protected void shouldSendTheNewestEventOfEachTopicOfThePrefix() throws Exception {
        publish("status.a", "1");
        publish("status.b", "1");
        publish("status.a", "2");
        assertNewest("status.", "status.a=2", "status.b=1");
        assertNewest("", "status.a=2", "status.b=1");
        assertNewest("status.b", "status.b=1");
    }

    @Test
    protected void shouldForgetATopicAfterAnEventWithoutAPayload() throws Exception {
        publish("status.a", "1");
        publish("status.b", "1");
        publish("status.a", "");
        assertNewest("status.", "status.b=1");
        publish("status.a", "3");
        assertNewest("status.", "status.a=3", "status.b=1");
    }

    @Test
    protected void shouldWaitUntilThereIsRoomAndSkipWhatHasChangedSince() throws Exception {
        publish("status.a", "1");
        publish("status.b", "1");
        Collector collector = new Collector();
        collector.hasRoom = false;
        subscribe("status.", collector);
        await().until(() -> collector.asked.get() > 0);
        publish("status.a", "2"); // is delivered live
        collector.hasRoom = true;
        retry();
        await().untilAsserted(() -> assertThat(collector.events).containsExactly("status.b=1"));
    }

    @Test
    protected void shouldSendNothingOnceTheSubscriptionHasEnded() throws Exception {
        publish("status.a", "1");
        Collector ended = new Collector();
        ended.isOpen = false;
        subscribe("status.", ended);
        assertNewest("status.", "status.a=1");
        assertThat(ended.events).isEmpty();
    }
}
