package io.datahub.jetty.connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.user.Origin;
import io.datahub.jetty.server.Greeter;
import io.datahub.jetty.server.HttpServer;
import io.datahub.jetty.server.Settings;
import io.datahub.jetty.server.TestUsers;
import io.datahub.jetty.server.Wire;
import java.io.IOException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedHeadersTest {

    private static final String LOCAL = "127.0.0.1 clear shared local";

    private static final String V1 = "PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\n";
    private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
    private static final String V2 = SIGNATURE + "!\u0011\0\f" + "\u00cb\0q\u0007" + "\u007f\0\0\u0001" + "\u0012g\0P";

    private HttpServer server;

    private void listen(String... proxies) throws Exception {
        server = new HttpServer(new TestUsers().current(), Settings.with("proxies", proxies));
        server.register(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        Origin origin = (Origin) request.getAttribute(Origin.class.getName());
                        String text = origin.address().getHostAddress()
                                + (origin.confidential() ? " secret" : " clear")
                                + (origin.shared() ? " shared" : " alone")
                                + (origin.local() ? " local" : "");
                        Content.Sink.write(response, true, text, callback);
                        return true;
                    }
                },
                Greeter.mount("/", 0, 1, true));
        server.start();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop();
        }
    }

    private String origin(String... headers) throws IOException {
        String answer = Wire.get(server.port(), "/", headers);
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-For: 203.0.113.7",
                "X-Forwarded-Proto: https",
                "Forwarded: for=203.0.113.7;proto=https"
            })
    void shouldIgnoreHeadersFromUnlistedProxies(String header) throws Exception {
        listen("10.0.0.0/8");

        assertThat(origin(header)).isEqualTo(LOCAL);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.7                          | http         | 203.0.113.7 clear alone",
                "203.0.113.7                          | https        | 203.0.113.7 secret alone",
                "203.0.113.7                          | HTTPS        | 203.0.113.7 secret alone",
                "203.0.113.7                          | https, http  | 203.0.113.7 clear alone",
                "127.0.0.1, 203.0.113.7               | http         | 203.0.113.7 clear alone",
                "203.0.113.7, 10.1.2.3                | https        | 203.0.113.7 secret alone",
                "1.1.1.1, 203.0.113.7, 10.1.2.3       | https        | 203.0.113.7 secret alone",
                "10.9.9.9, 10.1.2.3                   | http         | 10.9.9.9 clear shared",
                "203.0.113.7:4711                     | http         | 203.0.113.7 clear alone",
                "[2001:db8::1]:4711                   | http         | 2001:db8:0:0:0:0:0:1 clear alone",
                "2001:db8::1                          | http         | 2001:db8:0:0:0:0:0:1 clear alone",
                "127.0.0.1                            | http         | 127.0.0.1 clear shared",
                "127.0.0.1                            | https        | 127.0.0.1 secret shared",
                "127.3.2.1, 10.1.2.3                  | http         | 127.3.2.1 clear shared",
                "::1                                  | http         | 0:0:0:0:0:0:0:1 clear shared",
                "[::1]:80                             | http         | 0:0:0:0:0:0:0:1 clear shared",
                "::ffff:127.0.0.1                     | http         | 127.0.0.1 clear shared",
                "::                                   | http         | 0:0:0:0:0:0:0:0 clear shared",
                "0127.0.0.1                           | http         | 0.0.0.0 clear shared",
                "1.1.1.1, localhost                   | http         | 0.0.0.0 clear shared"
            })
    void shouldBelieveAListedProxyAndTheProxiesBehindIt(String addresses, String protocol, String expected)
            throws Exception {
        listen("127.0.0.1, ::1", "10.0.0.0/8");

        assertThat(origin("X-Forwarded-For: " + addresses, "X-Forwarded-Proto: " + protocol))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "for=203.0.113.7                                      | 203.0.113.7 clear alone",
                "For=\"203.0.113.7:80\";Proto=https;by=1.2.3.4        | 203.0.113.7 secret alone",
                "for=1.1.1.1;proto=https, for=203.0.113.7;proto=http  | 203.0.113.7 clear alone",
                "for=203.0.113.7;proto=https , for=10.1.1.1;proto=http| 203.0.113.7 secret alone",
                "for=\"[2001:db8::1]:80\";host=\"a,b;c\"              | 2001:db8:0:0:0:0:0:1 clear alone",
                "for=127.0.0.1                                        | 127.0.0.1 clear shared",
                "for=\"[::1]\";proto=https                             | 0:0:0:0:0:0:0:1 secret shared",
                "for=_hidden;proto=https                              | 0.0.0.0 secret shared",
                "for=unknown                                          | 0.0.0.0 clear shared",
                "proto=https                                          | 0.0.0.0 secret shared",
                "for=203.0.113.7;;; what                              | 0.0.0.0 clear shared",
                "for=1.1.1.1, \"                                      | 0.0.0.0 clear shared"
            })
    void shouldReadTheForwardedHeader(String header, String expected) throws Exception {
        listen("127.0.0.1", "10.0.0.0/8");

        assertThat(origin("Forwarded: " + header)).isEqualTo(expected);
    }

    @Test
    void shouldNotTreatAClientAsLocalWithoutAForwardedAddress() throws Exception {
        listen("127.0.0.1");

        assertThat(origin("X-Forwarded-Proto: http")).isEqualTo("0.0.0.0 clear shared");
        assertThat(origin("X-Forwarded-Proto: https")).isEqualTo("0.0.0.0 secret shared");
    }

    @Test
    void shouldUseTheLessTrustedOriginIfTheHeadersDisagree() throws Exception {
        listen("127.0.0.1");

        assertThat(origin("Forwarded: for=127.0.0.1;proto=https", "X-Forwarded-For: 203.0.113.7"))
                .isEqualTo("0.0.0.0 clear shared");
        assertThat(origin("Forwarded: for=203.0.113.7;proto=http", "X-Forwarded-Proto: https"))
                .isEqualTo("0.0.0.0 clear shared");
        assertThat(origin("Forwarded: for=203.0.113.7", "X-Forwarded-For: 203.0.113.7"))
                .isEqualTo("203.0.113.7 clear alone");
    }

    @Test
    void shouldJoinRepeatedHeaders() throws Exception {
        listen("127.0.0.1");

        assertThat(origin("X-Forwarded-For: 127.0.0.1", "X-Forwarded-For: 203.0.113.7"))
                .isEqualTo("203.0.113.7 clear alone");
    }

    private String proxied(String header, String... more) throws IOException {
        String request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + String.join("", more) + "\r\n";
        String answer = Wire.send(server.port(), header + request);
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    @Test
    void shouldAcceptTheProxyProtocolFromListedProxiesOnly() throws Exception {
        listen("127.0.0.1");

        assertThat(proxied(V1)).isEqualTo("203.0.113.7 clear alone");
        assertThat(proxied(V2)).isEqualTo("203.0.113.7 clear alone");
        assertThat(origin()).isEqualTo(LOCAL);
        assertThat(proxied(V1, "X-Forwarded-Proto: https\r\n")).isEqualTo("203.0.113.7 clear alone");

        server.reconfigure(Settings.with("proxies", new String[] {"10.0.0.1"}));

        assertThat(Wire.send(server.port(), V1 + "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(origin("X-Forwarded-For: 203.0.113.7")).isEqualTo(LOCAL);
    }

    @ParameterizedTest
    @CsvSource({
        "PROXY UNKNOWN, 0.0.0.0",
        "PROXY UNKNOWN 127.0.0.1 127.0.0.1 1 2, 0.0.0.0",
        "PROXY TCP4 127.0.0.1 127.0.0.1 1 2, 127.0.0.1",
        "PROXY TCP6 ::1 ::1 1 2, 0:0:0:0:0:0:0:1",
        "PROXY TCP6 ::ffff:127.0.0.1 ::1 1 2, 127.0.0.1"
    })
    void shouldNotTreatAClientAsLocalBecauseOfAHeader(String header, String address) throws Exception {
        listen("127.0.0.1", "0.0.0.0/0");

        assertThat(proxied(header + "\r\n")).isEqualTo(address + " clear shared");
        assertThat(proxied(header + "\r\n", "X-Forwarded-For: 203.0.113.7\r\n")).isEqualTo(address + " clear shared");
    }

    @Test
    void shouldNotTreatAClientAsLocalBecauseOfABinaryHeader() throws Exception {
        listen("127.0.0.1");

        assertThat(proxied(SIGNATURE + " \0\0\0")).isEqualTo("0.0.0.0 clear shared");
        assertThat(proxied(SIGNATURE + "!\0\0\0")).isEqualTo("0.0.0.0 clear shared");
    }

    @Test
    void shouldNotTreatAClientAsLocalIfTheProxySocketHasNoAddress() throws Exception {
        listen("127.0.0.1");

        assertThat(proxied(SIGNATURE + "!1\0\u00d8" + "\0".repeat(216))).isEqualTo("0.0.0.0 clear shared");
    }

    @Test
    void shouldTrustTheTlsFlagInTheProxyHeader() throws Exception {
        listen("127.0.0.1");
        String addresses = "\u00cb\0q\u0007" + "\u007f\0\0\u0001" + "\u0012g\0P";

        assertThat(proxied(SIGNATURE + "!\u0011\0\u0014" + addresses + " \0\u0005\u0001\0\0\0\0"))
                .isEqualTo("203.0.113.7 secret alone");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP4 203.0.113.7 127.0.0.1 4711\r\n",
                "PROXY TCP4\r\n",
                "PROXY TCP4 localhost 127.0.0.1 4711 80\r\n",
                "PROXY TCP6 .:a ::1 4711 80\r\n",
                "PROXY TCP4 203.0.113.07 127.0.0.1 4711 80\r\n",
                "PROXY \r\n",
                SIGNATURE + "!\u0012\0\f" + "\u00cb\0q\u0007" + "\u007f\0\0\u0001" + "\u0012g\0P",
                SIGNATURE + "!1\0\f" + "\u00cb\0q\u0007" + "\u007f\0\0\u0001" + "\u0012g\0P"
            })
    void shouldCloseConnectionsWithAMalformedProxyHeader(String header) throws Exception {
        listen("127.0.0.1");

        assertThat(Wire.untilClosed(server.port(), header)).isEmpty();
    }

    @Test
    void shouldReadFragmentedAndLongProxyHeaders() throws Exception {
        listen("127.0.0.1");
        String request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        String longest = SIGNATURE + "!\u0011\u0010\0" + V2.substring(16) + "\u0004\u000f\u00f1" + "\0".repeat(4_081);

        for (String header : new String[] {V1, V2, longest}) {
            for (int cut : new int[] {1, 5, 6, 12, 13, 15, 16, 17, header.length() - 1, header.length()}) {
                assertThat(Wire.send(server.port(), header.substring(0, cut), header.substring(cut) + request))
                        .endsWith("203.0.113.7 clear alone");
            }
        }
        assertThat(Wire.send(server.port(), "P", "OST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .endsWith(LOCAL);
    }

    @Test
    void shouldReportAnInvalidNetwork() {
        assertThatThrownBy(() -> listen("10.0.0.0/8, myproxy"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("myproxy")
                .hasMessageContaining("io.datahub.jetty.cfg");
    }

    @Test
    void shouldKeepThePreviousProxiesAndReportInvalidOnes() throws Exception {
        listen("127.0.0.1");

        server.reconfigure(Settings.with("proxies", new String[] {"nonsense"}));

        assertThat(server.check().ready()).isTrue();
        assertThat(server.check().degraded()).isTrue();
        assertThat(server.check().detail()).contains("nonsense");
        assertThat(origin("X-Forwarded-For: 203.0.113.7")).isEqualTo("203.0.113.7 clear alone");
    }
}
