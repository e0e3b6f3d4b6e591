package io.datahub.jetty.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostNamesTest {

    private HttpServer server;

    private void listen(String... hostNames) throws Exception {
        server = new HttpServer(new TestUsers().current(), Settings.with("hostNames", hostNames));
        server.register(new Greeter("hello"), Greeter.mount("/", 0, 1, true));
        server.start();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop();
        }
    }

    private String get(String host) throws IOException {
        return Wire.send(server.port(), "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hub.example.org",
                "HUB.example.ORG",
                "hub.example.org.",
                "hub.example.org:8480",
                "hub",
                "localhost",
                "localhost:1",
                "127.0.0.1",
                "203.0.113.7:80",
                "[::1]",
                "[2001:db8::1]:8480"
            })
    void shouldAcceptConfiguredNamesAndAddresses(String host) throws Exception {
        listen("hub.example.org, Hub", "");

        assertThat(get(host)).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8480",
                "example.org",
                "x.hub.example.org",
                "hub.example.org.evil.example",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "0127.0.0.1",
                "2130706433"
            })
    void shouldRefuseOtherNames(String host) throws Exception {
        listen("hub.example.org");

        assertThat(get(host))
                .startsWith("HTTP/1.1 421 ")
                .contains("application/problem+json", "hostNames in io.datahub.jetty.cfg")
                .doesNotContain(host);
    }

    @Test
    void shouldPreferTheHostOfAnAbsoluteTarget() throws Exception {
        listen("hub.example.org");
        String head = " HTTP/1.1\r\nConnection: close\r\nHost: ";

        assertThat(Wire.send(server.port(), "GET http://evil.example/" + head + "evil.example\r\n\r\n"))
                .startsWith("HTTP/1.1 421 ");
        assertThat(Wire.send(server.port(), "GET http://hub.example.org/" + head + "hub.example.org\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(Wire.send(server.port(), "GET / HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void shouldAcceptAnyNameByDefaultAndApplyReconfiguredNames() throws Exception {
        listen();
        assertThat(get("evil.example")).startsWith("HTTP/1.1 200 ");

        server.reconfigure(Settings.with("hostNames", new String[] {"hub"}));
        assertThat(get("evil.example")).startsWith("HTTP/1.1 421 ");
        assertThat(get("hub")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void shouldReportAnInvalidHostName() {
        for (String wrong : new String[] {"https://hub", "hub:8480", "a b", "*"}) {
            assertThatThrownBy(() -> listen(wrong))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(wrong)
                    .hasMessageContaining("hostNames in io.datahub.jetty.cfg");
        }
    }

    @Test
    void shouldKeepThePreviousNamesAndReportInvalidOnes() throws Exception {
        listen("hub");

        server.reconfigure(Settings.with("hostNames", new String[] {"hub:80"}));

        assertThat(server.check().detail()).contains("hub:80");
        assertThat(get("evil.example")).startsWith("HTTP/1.1 421 ");
    }
}
