package io.datahub.broker;

import static io.datahub.api.user.Action.PUBLISH;
import static io.datahub.api.user.Action.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.event.Session;
import io.datahub.api.metric.Histogram;
import io.datahub.api.metric.MetricReport;
import io.datahub.test.Configurations;
import io.datahub.test.FakeSink;
import io.datahub.test.memory.TestUsers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BrokerMetricsTest {

    private final TestUsers users = new TestUsers().with("ci", PUBLISH, "build.", SUBSCRIBE, "build.");
    private final Broker broker = new Broker(Configurations.of(BrokerConfiguration.class, Map.of()));

    @AfterEach
    void stop() {
        broker.stop();
    }

    private Map<String, Double> figures() {
        Map<String, Double> figures = new HashMap<>();
        broker.report(new MetricReport() {
            @Override
            public void counter(String name, String help, Number value, String... labels) {
                figures.put(name + String.join(",", labels), value.doubleValue());
            }

            @Override
            public void gauge(String name, String help, Number value, String... labels) {
                figures.put(name + String.join(",", labels), value.doubleValue());
            }

            @Override
            public void histogram(String name, String help, Histogram durations, String... labels) {
                figures.put(name, (double) durations.snapshot().count());
            }
        });
        return figures;
    }

    @Test
    void shouldCountEventsTheirBytesAndTheirDelay() {
        Session subscriber = broker.open(users.login("ci"), new FakeSink());
        subscriber.subscribe("build.".getBytes(StandardCharsets.UTF_8));
        Session publisher = broker.open(users.login("ci"), new FakeSink());
        Publishing.publish(publisher, "build.a", new byte[100]);
        Publishing.publish(publisher, "deploy", new byte[100]);

        assertThat(figures())
                .containsEntry("datahub_events_in_total", 1.0)
                .containsEntry("datahub_events_out_total", 0.0)
                .containsEntry("datahub_events_refused_total", 1.0)
                .containsEntry("datahub_event_bytes_in_total", 111.0)
                .containsEntry("datahub_subscriptions", 1.0);
        assertThat(figures().get("datahub_queued_bytes")).isGreaterThan(100);

        subscriber.take(1_000, run -> run.buffer().release());

        assertThat(figures())
                .containsEntry("datahub_events_out_total", 1.0)
                .containsEntry("datahub_event_bytes_out_total", 111.0)
                .containsEntry("datahub_queued_bytes", 0.0)
                .containsEntry("datahub_delivery_delay_seconds", 1.0);
    }

    @Test
    void shouldKeepReportingATransportWithoutConnections() {
        Session session = broker.open(users.login("ci"), new FakeSink());
        String transport = session.login().origin().transport();
        assertThat(figures()).containsEntry("datahub_connectionstransport," + transport, 1.0);

        session.close();

        assertThat(figures()).containsEntry("datahub_connectionstransport," + transport, 0.0);
    }
}
