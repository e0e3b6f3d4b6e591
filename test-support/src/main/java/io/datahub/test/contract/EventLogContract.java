package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventRun;
import io.datahub.api.record.Cursor;
import io.datahub.test.memory.MemoryBroker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every {@link EventLog} does with the events of a topic that it keeps. A subclass provides an empty log. */
public abstract class EventLogContract {

    private static final int THREADS = 4;
    private static final int EVENTS = 200;

    /** The log under test. */
    protected abstract EventLog log();

    /** A topic that it keeps. */
    protected abstract String topic();

    /** Adds a file event to the journal whose numbers the positions have; returns its position. */
    protected abstract Cursor createFile() throws Exception;

    /** An event of the topic that it can't keep. */
    protected abstract EventRun unkeepable();

    /** Whether it recognizes CloudEvents of the topic that are published again. */
    protected abstract boolean isDeduplicating();

    /** What has become of events, in order. */
    private final List<String> outcomes = Collections.synchronizedList(new ArrayList<>());

    private final List<Cursor> delivered = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger delivering = new AtomicInteger();
    private final AtomicInteger atOnce = new AtomicInteger();

    private EventRun event(String payload) {
        return MemoryBroker.event(topic(), payload.getBytes(StandardCharsets.UTF_8));
    }

    private void deliver(Cursor cursor) {
        atOnce.accumulateAndGet(delivering.incrementAndGet(), Math::max);
        delivered.add(cursor);
        delivering.decrementAndGet();
    }

    private void append(String name, EventRun event) {
        log().append(event, new EventLog.Completion() {
            @Override
            public void appended(Cursor cursor) {
                deliver(cursor);
                outcomes.add(name);
            }

            @Override
            public void appended() {
                outcomes.add(name + " without a position");
            }

            @Override
            public void repeated() {
                outcomes.add(name + " repeated");
            }

            @Override
            public void refused(Refusal refusal) {
                outcomes.add(name + " " + refusal.reason());
            }
        });
    }

    private void awaitOutcomes(int count) {
        await().until(() -> outcomes.size() >= count);
        assertThat(outcomes).hasSize(count);
    }

    private void assertOrder() {
        assertThat(atOnce).hasValue(1);
        for (int i = 1; i < delivered.size(); i++) {
            assertThat(delivered.get(i - 1).isUpTo(delivered.get(i))).isTrue();
            assertThat(delivered.get(i).isUpTo(delivered.get(i - 1))).isFalse();
        }
    }

    @Test
    protected void shouldTellTheOutcomeOfEachEventOnceAndInTheOrderOfThePositions() throws Exception {
        List<Thread> publishers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            String name = "p" + i + "-";
            Thread publisher = new Thread(() -> {
                for (int number = 0; number < EVENTS; number++) {
                    append(name + number, event("x"));
                }
            });
            publishers.add(publisher);
            publisher.start();
        }
        for (Thread publisher : publishers) {
            publisher.join();
        }
        awaitOutcomes(THREADS * EVENTS);
        assertThat(outcomes).doesNotHaveDuplicates();
        assertThat(delivered).hasSize(THREADS * EVENTS);
        assertOrder();
        for (int i = 0; i < THREADS; i++) {
            String name = "p" + i + "-";
            List<String> own = outcomes.stream()
                    .filter(outcome -> outcome.startsWith(name))
                    .toList();
            for (int number = 0; number < EVENTS; number++) {
                assertThat(own.get(number)).isEqualTo(name + number);
            }
        }
    }

    @Test
    protected void shouldPlaceFileEventsBetweenKeptOnes() throws Exception {
        Thread publisher = new Thread(() -> {
            for (int number = 0; number < EVENTS; number++) {
                append("kept" + number, event("x"));
            }
        });
        publisher.start();
        List<Cursor> files = new ArrayList<>();
        for (int number = 0; number < EVENTS; number++) {
            Cursor file = createFile();
            files.add(file);
            log().announce(file, () -> deliver(file));
        }
        publisher.join();
        await().until(() -> delivered.size() == 2 * EVENTS);
        awaitOutcomes(EVENTS);
        assertOrder();
        assertThat(delivered).containsSubsequence(files);
    }

    @Test
    protected void shouldRefuseWhatItCannotKeepAndGoOn() {
        append("refused", unkeepable());
        append("next", event("x"));
        awaitOutcomes(2);
        assertThat(outcomes).contains("next");
        String refusal = outcomes.stream()
                .filter(outcome -> outcome.startsWith("refused"))
                .findFirst()
                .orElseThrow();
        assertThat(EnumSet.of(Reason.NO_ROOM, Reason.TOO_LARGE, Reason.TOO_MANY, Reason.UNAVAILABLE))
                .extracting(reason -> "refused " + reason)
                .contains(refusal);
        assertThat(delivered).hasSize(1);
    }

    private static String cloudEvent(String source, String id) {
        return "{\"specversion\":\"1.0\",\"type\":\"t\",\"source\":\"" + source + "\",\"id\":\"" + id + "\"}";
    }

    @Test
    protected void shouldRecognizeRepeatedEventsByIdAndSource() {
        append("first", event(cloudEvent("s", "1")));
        append("again", event(cloudEvent("s", "1")));
        append("other source", event(cloudEvent("t", "1")));
        append("other id", event(cloudEvent("s", "2")));
        append("no CloudEvent", event("{}"));
        append("no CloudEvent either", event("{}"));
        awaitOutcomes(6);
        assertThat(outcomes)
                .containsExactly(
                        "first",
                        isDeduplicating() ? "again repeated" : "again",
                        "other source",
                        "other id",
                        "no CloudEvent",
                        "no CloudEvent either");
        assertThat(delivered).hasSize(isDeduplicating() ? 5 : 6);
    }
}
