package io.datahub.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {

    @TempDir
    Path folder;

    @Test
    void shouldServeHttp2OverTlsBesideHttpFromPemFiles() throws Exception {
        Path store = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "hub",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        Path certificate = pem("CERTIFICATE", keys.getCertificate("hub").getEncoded());
        Path key =
                pem("PRIVATE KEY", keys.getKey("hub", "changeit".toCharArray()).getEncoded());
        HttpServer server = new HttpServer(
                new KnownUsers().add("jenkins", "s3cret"),
                Settings.with("tls_cert", certificate.toString(), "tls_key", key.toString(), "tls_port", 0));
        server.mount(new Mount("/", 0, 1, true, new Greeter("hello")));
        server.start();
        try {
            String address = server.check().detail().replaceFirst(".* https://127.0.0.1", "https://localhost");
            var request = HttpRequest.newBuilder(URI.create(address + "/")).build();

            var answer = trusting(certificate).send(request, BodyHandlers.ofString());

            assertThat(answer.body()).isEqualTo("hello stranger");
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(Wire.get(server.port(), "/")).startsWith("HTTP/1.1 200 ");
        } finally {
            server.stop();
        }
    }

    @Test
    void shouldNameCauseAndCureWhenThereIsNoCertificate() {
        HttpServer server = new HttpServer(
                new KnownUsers(),
                Settings.with("tls_cert", folder.resolve("none").toString(), "tls_port", 0));

        assertThatThrownBy(server::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("none")
                .hasMessageContaining("DATAHUB_TLS_CERT");
    }

    private Path pem(String label, byte[] der) throws Exception {
        String text = "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n";
        return Files.writeString(folder.resolve(label + ".pem"), text, StandardCharsets.US_ASCII);
    }

    private static HttpClient trusting(Path certificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "hub",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(certificate))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }
}
