package io.datahub.jetty.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Origin;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebOriginsTest {

    private final Server server = new Server();
    private final LocalConnector connector = new LocalConnector(server);
    private WebOrigins origins = new WebOrigins();
    private boolean sameOriginOnly;
    private boolean confidential;

    @BeforeEach
    void start() throws Exception {
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                request.setAttribute(
                        Origin.class.getName(), new Origin("http", InetAddress.getLoopbackAddress(), confidential));
                boolean accepted = sameOriginOnly ? WebOrigins.isSameOrigin(request) : origins.isAllowed(request);
                response.setStatus(accepted ? HttpStatus.OK_200 : HttpStatus.FORBIDDEN_403);
                callback.succeeded();
                return true;
            }
        });
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    private boolean accepts(String host, String... headers) throws Exception {
        return isAccepted("POST", host, headers);
    }

    private boolean isAccepted(String method, String host, String... headers) throws Exception {
        String lines = Arrays.stream(headers).map(line -> line + "\r\n").collect(Collectors.joining());
        String answer = connector.getResponse(
                method + " / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + lines + "\r\n");
        assertThat(answer).matches("(?s)HTTP/1.1 (200|403) .*");
        return answer.startsWith("HTTP/1.1 200");
    }

    @Test
    void shouldAcceptClientsThatSendNoOrigin() throws Exception {
        assertThat(accepts("hub")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "hub:8080, http://hub:8080",
        "hub, http://hub",
        "hub, https://hub",
        "hub:80, http://hub",
        "hub:443, https://hub",
        "hub, https://hub:443",
        "HUB.example, https://hub.EXAMPLE",
        "[::1]:8080, http://[::1]:8080",
        "[0:0:0:0:0:0:0:1], http://[::1]",
        "127.0.0.1:8080, http://127.0.0.1:8080"
    })
    void shouldAcceptItsOwnPages(String host, String origin) throws Exception {
        assertThat(accepts(host, "Origin: " + origin)).isTrue();
        sameOriginOnly = true;
        assertThat(accepts(host, "Origin: " + origin)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "hub:8080, http://hub:8081",
        "hub:8080, http://hub",
        "hub, http://hub:8080",
        "hub, http://evil",
        "hub, http://hub.evil",
        "hub, null",
        "hub, ''",
        "hub, hub",
        "hub, //hub",
        "hub, http:hub",
        "hub, http://hub/",
        "hub, http://hub/path",
        "hub, http://evil@hub",
        "hub, http://hub:",
        "hub, http://hub:99999999",
        "hub, ftp://hub",
        "hub, chrome-extension://hub",
        "hub, http://hub http://evil",
        "hub, 'http://hub, http://evil'",
        "[::1]:8080, http://[::2]:8080"
    })
    void shouldRejectOtherPages(String host, String origin) throws Exception {
        assertThat(accepts(host, "Origin: " + origin)).isFalse();
        sameOriginOnly = true;
        assertThat(accepts(host, "Origin: " + origin)).isFalse();
    }

    @Test
    void shouldRejectASecondForeignOrigin() throws Exception {
        assertThat(accepts("hub", "Origin: http://hub", "Origin: http://evil")).isFalse();
        assertThat(accepts("hub", "Origin: http://evil", "Origin: http://hub")).isFalse();
    }

    @Test
    void shouldRejectAPageWithoutTlsWhereTheHubIsUsedWithTls() throws Exception {
        confidential = true;

        assertThat(accepts("hub", "Origin: https://hub")).isTrue();
        assertThat(accepts("hub", "Origin: http://hub")).isFalse();
    }

    @Test
    void shouldIgnoreForwardedHosts() throws Exception {
        assertThat(accepts("hub", "Origin: https://evil", "X-Forwarded-Host: evil", "Forwarded: host=evil"))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    void shouldBelieveABrowserThatReportsAnotherSite(String site) throws Exception {
        sameOriginOnly = true;

        assertThat(accepts("hub", "Origin: http://hub", "Sec-Fetch-Site: " + site))
                .isFalse();
        assertThat(accepts("hub", "Sec-Fetch-Site: " + site)).isFalse();
    }

    @Test
    void shouldAcceptLinksOnPagesOfOtherSites() throws Exception {
        sameOriginOnly = true;

        assertThat(isAccepted("GET", "hub", "Sec-Fetch-Site: cross-site")).isTrue();
        assertThat(isAccepted("GET", "hub", "Sec-Fetch-Site: cross-site", "Origin: http://evil"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "https://ci.example, https://ci.example",
        "https://CI.example/, https://ci.example",
        "https://ci.example, HTTPS://ci.EXAMPLE",
        "https://ci.example:443, https://ci.example",
        "https://ci.example, https://ci.example:443",
        "http://ci.example:8080, http://ci.example:8080",
        "http://[0:0::1]:8080, http://[::1]:8080",
        "chrome-extension://abcdef, chrome-extension://abcdef",
        "file://, file://",
        "' http://a.example ,, https://ci.example/ ', https://ci.example",
        "*, https://ci.example",
        "*, null"
    })
    void shouldAcceptListedPages(String listed, String origin) throws Exception {
        origins = new WebOrigins(listed);
        assertThat(accepts("hub", "Origin: " + origin, "Sec-Fetch-Site: cross-site"))
                .isTrue();
        sameOriginOnly = true;
        assertThat(accepts("hub", "Origin: " + origin)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "https://ci.example, http://ci.example",
        "https://ci.example, https://ci.example:8443",
        "https://ci.example, https://a.ci.example",
        "https://ci.example, 'https://ci.example, https://evil.example'",
        "null, null",
        "ci.example, https://ci.example",
        "https://*, https://ci.example",
        "https://ci.example/page, https://ci.example"
    })
    void shouldRejectPagesThatArentListed(String listed, String origin) throws Exception {
        origins = new WebOrigins(listed);

        assertThat(accepts("hub", "Origin: " + origin)).isFalse();
    }

    @Test
    void shouldBeEmptyIfNoListedOriginIsValid() {
        assertThat(new WebOrigins("ci.example, null", " ").isEmpty()).isTrue();
        assertThat(new WebOrigins("ci.example, https://ci.example").isEmpty()).isFalse();
    }
}
