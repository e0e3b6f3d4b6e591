package io.datahub.webconsole;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.event.EventBroker;
import io.datahub.api.event.EventInjector;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;

class DatahubPageTest {

    private final DatahubPage page = new DatahubPage(new OneClient());

    @Test
    void shouldShowHealthChecksCountersAndClients() throws Exception {
        page.bindCheck(() -> Health.down("the disk is full"), Map.of(HealthCheck.NAME, "store"));

        assertThat(render())
                .contains("<td>store</td><td>no</td><td>the disk is full</td>")
                .contains("<td>11</td><td>22</td><td>33</td><td>44</td><td>55</td>")
                .contains("<td>jenkins</td><td>zeromq:127.0.0.1</td><td>2026-11-23T10:00:00Z</td><td>7</td>");
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

    /** A broker with one client. */
    private static final class OneClient implements EventBroker {
        @Override
        public Session open(Login login, EventSink sink) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void announce(String topic, byte[] payload) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<SessionInfo> sessions() {
            Login login = new Login(
                    new User("jenkins", Set.of(), List.of()),
                    "1",
                    Optional.empty(),
                    Optional.empty(),
                    new Origin("zeromq", InetAddress.getLoopbackAddress(), false));
            return List.of(new SessionInfo(
                    new SessionId(1), login, Instant.parse("2026-11-23T10:00:00.5Z"), 7, 1, 2, 3, 4, 5));
        }

        @Override
        public void announce(Cursor cursor, String topic, byte[] payload) {
            throw new UnsupportedOperationException();
        }

        @Override
        public EventInjector openInjector() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean disconnect(SessionId id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Counters counters() {
            return new Counters(11, 22, 33, 44, 55);
        }
    }
}
