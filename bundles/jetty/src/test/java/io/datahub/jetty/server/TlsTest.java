package io.datahub.jetty.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.jetty.tls.PrivateKeyPem;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest {

    private static Identity hub;

    @TempDir
    Path folder;

    private final TestUsers users = new TestUsers().add("jenkins", "s3cret");
    private Path certificate;
    private Path key;
    private HttpServer server;

    @BeforeAll
    static void makeIdentity(@TempDir Path folder) throws Exception {
        hub = Identity.make(folder, "EC");
    }

    @BeforeEach
    void prepare() throws Exception {
        certificate = folder.resolve("hub.crt");
        key = folder.resolve("hub.key");
        hub.write(certificate, key);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop();
        }
    }

    private void listen(Object... changes) throws Exception {
        Object[] all = new Object[changes.length + 6];
        System.arraycopy(
                new Object[] {"tls_cert", certificate.toString(), "tls_key", key.toString(), "tls_port", 0},
                0,
                all,
                0,
                6);
        System.arraycopy(changes, 0, all, 6, changes.length);
        server = new HttpServer(users.current(), Settings.with(all));
        server.register(new Greeter("hello"), Greeter.mount("/", 0, 1, true));
        server.start();
    }

    private String address() {
        return server.check().detail().replaceFirst(".* https://127.0.0.1", "https://localhost");
    }

    private static HttpClient client(Identity identity, Identity... trusted) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(Identity.client(identity, trusted))
                .build();
    }

    private HttpResponse<String> get(HttpClient client, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address() + "/"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void shouldServeHttp2OverTlsAlongsideHttp() throws Exception {
        listen();

        HttpResponse<String> answer = get(client(null, hub));

        assertThat(answer.body()).isEqualTo("hello stranger");
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(Wire.get(server.port(), "/")).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3,true", "TLSv1.2,true", "TLSv1.1,false"})
    void shouldSupportTls12And13Only(String version, boolean isAccepted) throws Exception {
        listen();
        URI address = URI.create(address());

        try (SSLSocket socket = (SSLSocket)
                Identity.client(null, hub).getSocketFactory().createSocket("127.0.0.1", address.getPort())) {
            socket.setEnabledProtocols(new String[] {version});
            if (isAccepted) {
                socket.startHandshake();
                assertThat(socket.getSession().getProtocol()).isEqualTo(version);
            } else {
                assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void shouldAuthenticateByClientCertificate() throws Exception {
        Identity jenkins = Identity.make(folder, "RSA");
        users.certify("jenkins", jenkins.sha256());
        listen();
        HttpClient client = client(jenkins, hub);

        assertThat(get(client).body()).isEqualTo("hello jenkins");
        assertThat(get(client).body()).isEqualTo("hello jenkins");
    }

    @Test
    void shouldPreferTheAuthorizationHeaderToTheCertificate() throws Exception {
        Identity jenkins = Identity.make(folder, "EC");
        users.certify("jenkins", jenkins.sha256()).add("ops", "0ther");
        listen();

        assertThat(get(client(jenkins, hub), "Authorization", "Bearer 0ther").body())
                .isEqualTo("hello ops");
        assertThat(get(client(jenkins, hub), "Authorization", "Bearer wrong").statusCode())
                .isEqualTo(401);
    }

    @Test
    void shouldRefuseAnUnknownOrExpiredCertificate() throws Exception {
        Identity expired = Identity.make(folder, "EC", "-startdate", "-2d", "-validity", "1");
        users.certify("jenkins", expired.sha256());
        listen();

        assertThat(get(client(Identity.make(folder, "EC"), hub)).statusCode()).isEqualTo(401);
        HttpResponse<String> answer = get(client(expired, hub));
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("expired");
    }

    @Test
    void shouldNotRequestCertificatesIfDisabled() throws Exception {
        Identity jenkins = Identity.make(folder, "EC");
        users.certify("jenkins", jenkins.sha256());
        listen("tls_clientCertificates", false);

        assertThat(get(client(jenkins, hub)).body()).isEqualTo("hello stranger");
    }

    @Test
    void shouldReloadChangedFilesAndKeepOpenConnections() throws Exception {
        listen();
        HttpClient old = client(null, hub);
        assertThat(get(old).statusCode()).isEqualTo(200);
        Identity renewed = Identity.make(folder, "RSA");

        renewed.write(certificate, key);

        await().until(() -> answers(renewed));
        assertThat(get(old).statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> get(client(null, hub))).isInstanceOf(SSLHandshakeException.class);
        await().until(() -> !server.check().degraded());
    }

    @Test
    void shouldKeepTheCertificateAndReportAnInvalidReplacement() throws Exception {
        listen();

        Files.writeString(key, "nothing");

        await().until(() -> server.check().degraded());
        assertThat(server.check().ready()).isTrue();
        assertThat(server.check().detail()).contains(key.toString(), "no PEM private key");
        hub.write(certificate, key);
        await().until(() -> !server.check().degraded());
        assertThat(answers(hub)).isTrue();
    }

    private boolean answers(Identity expected) {
        try {
            return get(client(null, expected)).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldReportCauseAndRemedyWithoutACertificate() throws Exception {
        Files.delete(certificate);

        assertRefusedStart("there is no file " + certificate);
    }

    @Test
    void shouldReportAnEmptyCertificate() throws Exception {
        Files.writeString(certificate, "");

        assertRefusedStart(certificate + " contains no PEM certificate");
    }

    @Test
    void shouldReportADamagedCertificate() throws Exception {
        Files.writeString(certificate, Identity.pem("CERTIFICATE", new byte[] {1, 2, 3}));

        assertRefusedStart(certificate + " contains an invalid certificate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA"})
    void shouldReportAKeyThatDoesNotMatchTheCertificate(String algorithm) throws Exception {
        Identity.make(folder, algorithm).write(folder.resolve("other.crt"), key);

        assertRefusedStart("doesn't match the certificate");
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', '', no PEM private key",
        "PRIVATE KEY, '', AAAA, malformed",
        "EC PRIVATE KEY, '', MIID, malformed",
        "ENCRYPTED PRIVATE KEY, '', AAAA, is encrypted",
        "RSA PRIVATE KEY, 'Proc-Type: 4,ENCRYPTED', AAAA, is encrypted",
        "EC PRIVATE KEY, 'Proc-Type: 4,ENCRYPTED', AAAA, is encrypted"
    })
    void shouldReportAnInvalidKey(String label, String header, String base64, String expected) throws Exception {
        Files.write(key, List.of("-----BEGIN " + label + "-----", header, "", base64, "-----END " + label + "-----"));

        assertRefusedStart(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"key first", "certificate first", "swapped", "other certificates first"})
    void shouldAcceptCertificateAndKeyInAnyOrder(String order) throws Exception {
        String chain = Files.readString(certificate);
        String secret = Files.readString(key);
        switch (order) {
            case "key first" -> {
                Files.writeString(certificate, "a note\n" + secret + chain);
                key = Path.of("");
            }
            case "certificate first" -> {
                Files.writeString(certificate, chain + secret);
                key = certificate;
            }
            case "swapped" -> {
                Files.writeString(certificate, secret);
                Files.writeString(key, chain);
            }
            default -> {
                Path other = folder.resolve("other.crt");
                Identity.make(folder, "EC", "-startdate", "-1d").write(other, folder.resolve("other.key"));
                Files.writeString(certificate, Files.readString(other) + chain);
            }
        }
        listen();
        assertThat(get(client(null, hub)).body()).isEqualTo("hello stranger");
    }

    @Test
    void shouldWarnOfAnExpiringCertificate() throws Exception {
        Identity.make(folder, "EC", "-startdate", "-80d", "-validity", "90").write(certificate, key);
        listen();
        assertThat(server.check().ready()).isTrue();
        assertThat(server.check().degraded()).isTrue();
        assertThat(server.check().detail()).contains(certificate.toString(), "expires on", "in 9 days");

        hub.write(certificate, key);
        await().until(() -> !server.check().degraded());
        Identity.make(folder, "EC", "-startdate", "-80d", "-validity", "70").write(certificate, key);
        await().until(() -> server.check().detail().contains("expired on"));
    }

    private void assertRefusedStart(String cause) {
        assertThatThrownBy(this::listen)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(cause)
                .hasMessageContaining("DATAHUB_TLS_CERT");
    }

    @Test
    void shouldAcceptKeysInOlderFormats() throws Exception {
        Identity rsa = Identity.make(folder, "RSA");
        byte[] pkcs8 = rsa.key();
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);

        assertThat(PrivateKeyPem.parse(Identity.pem("RSA PRIVATE KEY", pkcs1)).getEncoded())
                .isEqualTo(pkcs8);
        String ec = """
            -----BEGIN EC PARAMETERS-----
            BggqhkjOPQMBBw==
            -----END EC PARAMETERS-----
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEIENCcNeT/kr0ot1bgNxeIx8VDepiLU/1oTJqlrPENIQAoAoGCCqGSM49
            AwEHoUQDQgAEbpbgDewrEGuOiwcPHsOEOzERpw/xZaXMy5hc5FazIYvj33Y7uBR2
            VVtMe+NabocWmy5UDJ9gX0QhGm9W0I1VVA==
            -----END EC PRIVATE KEY-----
            """;
        assertThat(PrivateKeyPem.parse(ec).getAlgorithm()).isEqualTo("EC");
    }
}
