package io.datahub.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.user.Origin;
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

class ForwardingTest {

    private static final String LOCAL = "127.0.0.1 clear shared";

    private HttpServer server;

    private void listen(String... proxies) throws Exception {
        server = new HttpServer(new KnownUsers(), Settings.with("proxies", proxies));
        server.mount(new Mount("/", 0, 1, true, new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                Origin origin = (Origin) request.getAttribute(Origin.class.getName());
                String text = origin.address().getHostAddress()
                        + (origin.confidential() ? " secret" : " clear")
                        + (origin.shared() ? " shared" : " alone");
                Content.Sink.write(response, true, text, callback);
                return true;
            }
        }));
        server.start();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop();
        }
    }

    private String whence(String... headers) throws IOException {
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
    void shouldIgnoreWhatOthersThanListedProxiesSay(String header) throws Exception {
        listen("10.0.0.0/8");

        assertThat(whence(header)).isEqualTo(LOCAL);
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
                "1.1.1.1, localhost                   | http         | 0.0.0.0 clear shared"
            })
    void shouldBelieveAListedProxyAndTheProxiesBehindIt(String addresses, String protocol, String expected)
            throws Exception {
        listen("127.0.0.1, ::1", "10.0.0.0/8");

        assertThat(whence("X-Forwarded-For: " + addresses, "X-Forwarded-Proto: " + protocol))
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
                "for=_hidden;proto=https                              | 0.0.0.0 secret shared",
                "for=unknown                                          | 0.0.0.0 clear shared",
                "proto=https                                          | 0.0.0.0 secret shared",
                "for=203.0.113.7;;; what                              | 0.0.0.0 clear shared",
                "for=1.1.1.1, \"                                      | 0.0.0.0 clear shared"
            })
    void shouldReadTheStandardHeaderToo(String header, String expected) throws Exception {
        listen("127.0.0.1", "10.0.0.0/8");

        assertThat(whence("Forwarded: " + header)).isEqualTo(expected);
    }

    @Test
    void shouldNotTakeAClientForLocalWhoseProxyTellsOnlyHowItCame() throws Exception {
        listen("127.0.0.1");

        assertThat(whence("X-Forwarded-Proto: http")).isEqualTo("0.0.0.0 clear shared");
        assertThat(whence("X-Forwarded-Proto: https")).isEqualTo("0.0.0.0 secret shared");
    }

    @Test
    void shouldTakeTheWorseWhenAClientHasWrittenTheHeaderThatItsProxyDoesNotKnow() throws Exception {
        listen("127.0.0.1");

        assertThat(whence("Forwarded: for=127.0.0.1;proto=https", "X-Forwarded-For: 203.0.113.7"))
                .isEqualTo("0.0.0.0 clear shared");
        assertThat(whence("Forwarded: for=203.0.113.7;proto=http", "X-Forwarded-Proto: https"))
                .isEqualTo("0.0.0.0 clear shared");
        assertThat(whence("Forwarded: for=203.0.113.7", "X-Forwarded-For: 203.0.113.7"))
                .isEqualTo("203.0.113.7 clear alone");
    }

    @Test
    void shouldJoinSeveralLinesOfAHeader() throws Exception {
        listen("127.0.0.1");

        assertThat(whence("X-Forwarded-For: 127.0.0.1", "X-Forwarded-For: 203.0.113.7"))
                .isEqualTo("203.0.113.7 clear alone");
    }

    @Test
    void shouldTakeTheProxyProtocolFromListedProxiesOnly() throws Exception {
        listen("127.0.0.1");
        String request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

        assertThat(Wire.send(server.port(), "PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\n" + request))
                .endsWith("203.0.113.7 clear alone");
        assertThat(Wire.send(server.port(), "PROXY UNKNOWN\r\n" + request)).endsWith(LOCAL);
        assertThat(whence()).isEqualTo(LOCAL);
        String version2 =
                "\r\n\r\n\0\r\nQUIT\n" + "!\u0011\0\f" + "\u00cb\0q\u0007" + "\u007f\0\0\u0001" + "\u0012g\0P";
        assertThat(Wire.send(server.port(), version2 + request)).endsWith("203.0.113.7 clear alone");
        assertThat(Wire.send(
                        server.port(),
                        "PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\n"
                                + request.replace("\r\n\r\n", "\r\nX-Forwarded-Proto: https\r\n\r\n")))
                .endsWith("203.0.113.7 clear alone");

        server.reconfigure(Settings.with("proxies", new String[] {"10.0.0.1"}));

        assertThat(Wire.send(server.port(), "PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\n" + request))
                .startsWith("HTTP/1.1 400 ");
        assertThat(whence("X-Forwarded-For: 203.0.113.7")).isEqualTo(LOCAL);
    }

    @Test
    void shouldNameWhatIsNoNetwork() {
        assertThatThrownBy(() -> listen("10.0.0.0/8, myproxy"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("myproxy")
                .hasMessageContaining("io.datahub.jetty.cfg");
    }

    @Test
    void shouldKeepThePresentProxiesAndSaySoWhenNewOnesAreWrong() throws Exception {
        listen("127.0.0.1");

        server.reconfigure(Settings.with("proxies", new String[] {"nonsense"}));

        assertThat(server.check().ready()).isFalse();
        assertThat(server.check().detail()).contains("nonsense");
        assertThat(whence("X-Forwarded-For: 203.0.113.7")).isEqualTo("203.0.113.7 clear alone");
    }
}
