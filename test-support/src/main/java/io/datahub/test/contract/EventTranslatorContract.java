package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.cloudevent.CloudEventMessage;
import io.datahub.api.cloudevent.CloudEventReader;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.EventTranslator;
import io.datahub.api.hook.Translation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link EventTranslator} must do. */
@Timeout(60)
public abstract class EventTranslatorContract {

    private static final int THREADS = 4;
    private static final int ROUNDS = 50;
    private static final int DEPTH = 100_000;

    /** A new translator. */
    protected abstract EventTranslator translator();

    /** Deliveries of which it makes at least one event each. */
    protected abstract List<Delivery> deliveries();

    /** A delivery of a kind that it doesn't know; empty if it knows all. */
    protected abstract Optional<Delivery> unknown();

    /** The same delivery as after a restart of the hub, when it is received again. */
    private static Delivery again(Delivery delivery) {
        return with(delivery, delivery.body());
    }

    private static Delivery with(Delivery delivery, byte[] body) {
        Instant later = delivery.received().plusSeconds(3_600);
        return new Delivery(delivery.hook(), delivery.id(), delivery.headers(), body, later);
    }

    private static List<String> events(Result<Translation> translated) {
        return translated.get().events().stream()
                .map(event -> event.event().text("id") + " " + event.event().text("type") + " "
                        + event.event().text("subject"))
                .toList();
    }

    @Test
    void shouldMakeWellFormedEvents() {
        for (Delivery delivery : deliveries()) {
            List<CloudEventMessage> events =
                    translator().translate(delivery).get().events();
            assertThat(events).isNotEmpty();
            for (CloudEventMessage event : events) {
                Result<CloudEventMessage> read = CloudEventReader.read(event.json(), "the event");
                assertThat(read.isRefused()).as("%s", read).isFalse();
                assertThat(read.get().event().attributes())
                        .as("the text is the event")
                        .isEqualTo(event.event().attributes());
                assertThat(event.event().text("id")).isNotBlank();
            }
        }
    }

    @Test
    void shouldMakeTheSameEventsOfTheSameDelivery() {
        for (Delivery delivery : deliveries()) {
            assertThat(events(translator().translate(again(delivery))))
                    .isEqualTo(events(translator().translate(delivery)));
        }
    }

    @Test
    void shouldGiveTheEventsOfADeliveryDifferentIds() {
        for (Delivery delivery : deliveries()) {
            assertThat(translator().translate(delivery).get().events())
                    .extracting(event -> event.event().text("id"))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void shouldReportKindsThatItDoesNotKnow() {
        unknown().ifPresent(delivery -> {
            Translation translation = translator().translate(delivery).get();
            assertThat(translation.events()).isEmpty();
            assertThat(translation.unknown()).isPresent();
        });
    }

    @Test
    void shouldSurviveAnyBody() {
        Delivery delivery = deliveries().get(0);
        for (byte[] body : bodies(delivery.body())) {
            Result<Translation> result = translator().translate(with(delivery, body));
            result.refusal().ifPresent(refusal -> {
                assertThat(refusal.reason()).isEqualTo(Reason.INVALID);
                assertThat(refusal.detail()).isNotBlank().hasSizeLessThan(1_000);
            });
        }
    }

    private static List<byte[]> bodies(byte[] valid) {
        List<byte[]> bodies = new ArrayList<>();
        for (String text : List.of(
                "",
                " ",
                "null",
                "true",
                "1e999",
                "\"text\"",
                "[]",
                "[1]",
                "{}",
                "{",
                "{} {}",
                "\ufeff{}",
                "a=b&c=d",
                "<xml/>",
                "{\"a\":\"\\ud800\"}",
                "[".repeat(DEPTH),
                "{\"a\":".repeat(DEPTH),
                "{\"" + "a".repeat(DEPTH) + "\":1}")) {
            bodies.add(text.getBytes(StandardCharsets.UTF_8));
        }
        Random random = new Random(42);
        for (int i = 0; i < valid.length; i += Math.max(1, valid.length / ROUNDS)) {
            byte[] cut = Arrays.copyOf(valid, i);
            byte[] changed = valid.clone();
            changed[i] = (byte) random.nextInt();
            bodies.add(cut);
            bodies.add(changed);
        }
        return bodies;
    }

    @Test
    void shouldTranslateOnSeveralThreadsAtOnce() throws Exception {
        EventTranslator shared = translator();
        List<Delivery> deliveries = deliveries();
        List<List<String>> expected = deliveries.stream()
                .map(delivery -> events(translator().translate(delivery)))
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<List<List<String>>>> results = new ArrayList<>();
            for (int i = 0; i < THREADS * ROUNDS; i++) {
                results.add(threads.submit(() -> deliveries.stream()
                        .map(delivery -> events(shared.translate(delivery)))
                        .toList()));
            }
            for (Future<List<List<String>>> result : results) {
                assertThat(result.get()).isEqualTo(expected);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
