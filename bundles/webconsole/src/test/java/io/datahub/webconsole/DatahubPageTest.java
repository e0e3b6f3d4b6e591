package io.datahub.webconsole;

import static io.datahub.api.user.Action.PUBLISH;
import static io.datahub.api.user.Action.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.event.NoOpSink;
import io.datahub.api.event.Session;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.test.FakeSink;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.TestUsers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import javax.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;

class DatahubPageTest {

    private final TestUsers users = new TestUsers().with("jenkins", PUBLISH, "", SUBSCRIBE, "");
    private final MemoryBroker broker = new MemoryBroker(new MemoryBroker.Limits(2, 1_000, 1_000, 10));
    private final DatahubPage page = new DatahubPage(broker);

    @Test
    void shouldShowHealthChecksCountersAndClients() throws Exception {
        page.bindCheck(() -> Health.down("the disk is full"), Map.of(HealthCheck.NAME, "store"));
        Session session = broker.open(users.login("jenkins", "zeromq"), NoOpSink.INSTANCE);
        for (String topic : List.of("a", "b", "c", "d", "hub.x")) {
            session.subscribe(topic.getBytes(StandardCharsets.UTF_8));
            session.publish(() -> {}, topic, new byte[0]);
            if (topic.equals("a")) {
                FakeSink.events(session);
            }
        }

        assertThat(render())
                .contains("<td>store</td><td>no</td><td>the disk is full</td>")
                .contains("<td>4</td><td>1</td><td>1</td><td>1</td><td>10</td>")
                .contains("<td>jenkins</td><td>zeromq:127.0.0.1</td><td>"
                        + session.info().since().truncatedTo(ChronoUnit.SECONDS)
                        + "</td><td>5</td>");
    }

    @Test
    void shouldRemoveAHealthCheckThatIsUnregistered() throws Exception {
        HealthCheck store = () -> Health.ready("fine");
        page.bindCheck(store, Map.of(HealthCheck.NAME, "store"));
        page.unbindCheck(store);

        assertThat(render()).doesNotContain("store");
    }

    @Test
    void shouldEscapeText() throws Exception {
        page.bindCheck(() -> Health.ready("<script>&\"</script>"), Map.of(HealthCheck.NAME, "x"));

        assertThat(render())
                .contains("&lt;script&gt;&amp;&quot;&lt;/script&gt;")
                .doesNotContain("<script>");
    }

    private String render() throws Exception {
        StringWriter html = new StringWriter();
        PrintWriter writer = new PrintWriter(html);
        page.doGet(null, (HttpServletResponse) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {HttpServletResponse.class},
                (response, method, arguments) -> method.getName().equals("getWriter") ? writer : null));
        writer.flush();
        return html.toString();
    }
}
