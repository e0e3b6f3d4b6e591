package io.datahub.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Refusal;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.Histogram;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.jetty.web.Exchange;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsHandlerTest {

    private static final Map<String, Object> BROKER = Map.of(MetricSource.COMPONENT, "broker");

    private final MetricsHandler handler = new MetricsHandler("1.2.3", false);
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private volatile Refusal unverified;
    private volatile User user = new User("nagios", Set.of(User.MONITOR), List.of());

    @BeforeEach
    void start() throws Exception {
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Handler.Wrapper(handler) {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                User current = user;
                if (current != null) {
                    Origin origin = new Origin("http", InetAddress.getLoopbackAddress(), false);
                    Login login = new Login(current, "t", Optional.empty(), Optional.empty(), origin);
                    request.setAttribute(Login.class.getName(), login);
                }
                request.setAttribute(Exchange.UNVERIFIED, unverified);
                return super.handle(request, response, callback);
            }
        });
        server.setErrorHandler((request, response, callback) -> {
            Refusal refusal = (Refusal) request.getAttribute(Refusal.class.getName());
            Content.Sink.write(response, true, refusal == null ? "none" : refusal.detail(), callback);
            return true;
        });
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
        handler.deactivate();
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + connector.getLocalPort() + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void shouldEvaluateConditions() throws Exception {
        assertThat(get("/metrics", "If-Match", "\"x\"").statusCode()).isEqualTo(412);
        assertThat(get("/metrics", "If-None-Match", "*").statusCode()).isEqualTo(304);
        assertThat(get("/metrics", "If-None-Match", "\"x\"").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldServeTheReportedMetricsToMonitorsInPrometheusFormat() throws Exception {
        Histogram delays = new Histogram();
        delays.record(TimeUnit.MILLISECONDS.toNanos(2));
        handler.bindSource(
                report -> {
                    report.gauge("datahub_connections", "Clients \\ connected", 3, "transport", "http");
                    report.counter("datahub_events_in_total", "Events", 1e9);
                    report.gauge("datahub_connections", "Clients \\ connected", 0.5, "transport", "a\"b");
                    report.histogram("datahub_delay_seconds", "Delay", delays);
                },
                BROKER);

        HttpResponse<String> response = get("/metrics");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(response.body())
                .contains("""
                        # HELP datahub_connections Clients \\\\ connected
                        # TYPE datahub_connections gauge
                        datahub_connections{transport="http"} 3
                        datahub_connections{transport="a\\"b"} 0.5
                        # HELP datahub_events_in_total Events
                        # TYPE datahub_events_in_total counter
                        datahub_events_in_total 1000000000
                        """)
                .contains("""
                        datahub_delay_seconds_bucket{le="0.001"} 0
                        datahub_delay_seconds_bucket{le="0.0025"} 1
                        """)
                .contains("""
                        datahub_delay_seconds_bucket{le="+Inf"} 1
                        datahub_delay_seconds_sum 0.002
                        datahub_delay_seconds_count 1
                        """)
                .contains("datahub_info{version=\"1.2.3\"} 1\n")
                .contains("jvm_memory_used_bytes{area=\"heap\"}")
                .contains("jvm_threads_current")
                .contains("jvm_gc_seconds_total");
    }

    @Test
    void shouldRefuseUsersWithoutTheRoleMonitor() throws Exception {
        user = null;
        assertThat(get("/metrics").statusCode()).isEqualTo(401);

        user = new User("ci", Set.of(), List.of());
        HttpResponse<String> response = get("/metrics");
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body()).contains("role monitor");
    }

    @Test
    void shouldNotTakeCredentialsThatCannotBeVerifiedForMissing() throws Exception {
        user = null;
        unverified = Refusal.unavailable("authentication restarts", Duration.ofSeconds(1));
        assertThat(get("/metrics").statusCode()).isEqualTo(503);
        handler.modified(configuration(true));
        assertThat(get("/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldServeEverybodyOnlyIfConfigured() throws Exception {
        user = null;
        handler.modified(configuration(true));
        assertThat(get("/metrics").statusCode()).isEqualTo(200);

        handler.modified(configuration(false));
        assertThat(get("/metrics").statusCode()).isEqualTo(401);
    }

    private static MetricsConfiguration configuration(boolean open) {
        return new MetricsConfiguration() {
            @Override
            public boolean open() {
                return open;
            }

            @Override
            public Class<? extends java.lang.annotation.Annotation> annotationType() {
                return MetricsConfiguration.class;
            }
        };
    }

    @Test
    void shouldServeTheOtherMetricsIfOneSourceFails() throws Exception {
        handler.bindSource(
                report -> {
                    report.gauge("datahub_half", "Half of it", 1);
                    throw new IllegalStateException("oops");
                },
                BROKER);

        assertThat(get("/metrics").body()).contains("datahub_info").doesNotContain("datahub_half");
    }

    @Test
    void shouldReportTheHealthOfEachComponent() throws Exception {
        HealthCheck store = () -> Health.down("no room");
        handler.bindCheck(store, Map.of(HealthCheck.NAME, "store"));
        assertThat(get("/metrics").body())
                .contains("datahub_component_ready{component=\"store\"} 0\n", "datahub_part_ready{part=\"store\"} 0\n");

        handler.unbindCheck(store);
        assertThat(get("/metrics").body()).doesNotContain("=\"store\"");
    }

    @Test
    void shouldReportARenamedMetricUnderItsFormerNameToo() throws Exception {
        handler.bindSource(
                report -> {
                    report.counter("datahub_validations_total", "Validations", 1, "validator", "a", "result", "failed");
                    report.counter("datahub_validations_total", "Validations", 2, "validator", "b", "result", "failed");
                },
                BROKER);

        assertThat(get("/metrics").body()).contains("""
                        # HELP datahub_validations_total Validations
                        # TYPE datahub_validations_total counter
                        datahub_validations_total{validator="a",result="failed"} 1
                        datahub_validations_total{validator="b",result="failed"} 2
                        # HELP datahub_judgements_total Former name of datahub_validations_total
                        # TYPE datahub_judgements_total counter
                        datahub_judgements_total{validator="a",verdict="failed"} 1
                        datahub_judgements_total{validator="b",verdict="failed"} 2
                        """);
    }

    @Test
    void shouldExportMetricsByJmxWhileTheSourceIsRegistered() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("io.datahub:type=Metrics,part=broker");
        MetricSource source = report -> report.gauge("datahub_connections", "Clients", 7, "transport", "http");
        handler.bindSource(source, BROKER);

        assertThat(server.getAttribute(name, "datahub_connections{transport=\"http\"}"))
                .isEqualTo(7.0);
        assertThat(server.getMBeanInfo(name).getAttributes()).hasSize(1);

        handler.unbindSource(source, BROKER);
        assertThat(server.isRegistered(name)).isFalse();
    }

    @Test
    void shouldAcceptOnlyGetAndHead() throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/metrics");
        HttpRequest post = HttpRequest.newBuilder(uri)
                .POST(HttpRequest.BodyPublishers.ofString(""))
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(post, HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS");
        assertThat(get("/metrics/more").statusCode()).isEqualTo(404);
    }
}
