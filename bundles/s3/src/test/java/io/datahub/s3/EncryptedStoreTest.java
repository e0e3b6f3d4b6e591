package io.datahub.s3;

import static io.datahub.s3.TestClient.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.cluster.Blobs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client with a store that it reaches over TLS, whose certificate nobody but its own authority vouches for. */
class EncryptedStoreTest {

    private static final String PASSWORD = "secret";

    @TempDir
    Path folder;

    private TestStore store;

    @BeforeEach
    void start() throws Exception {
        makeIdentity("keys");
        store = new TestStore(folder, "https");
    }

    @AfterEach
    void stop() {
        store.close();
    }

    private void makeIdentity(String name) throws Exception {
        keytool(name, "-genkeypair", "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "san=ip:127.0.0.1");
    }

    /** Has the hub trust this identity, and no others. */
    private void trust(String name) throws Exception {
        keytool(
                name,
                "-exportcert",
                "-rfc",
                "-file",
                store.secrets().resolve("blobs.ca.pem").toString());
    }

    private void keytool(String name, String... words) throws Exception {
        String program =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        ProcessBuilder keytool = new ProcessBuilder(program, "-J-XX:TieredStopAtLevel=1");
        keytool.command().addAll(List.of(words));
        keytool.command()
                .addAll(List.of(
                        "-alias",
                        "store",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        folder.resolve(name).toString()));
        Process running = keytool.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(running.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(running.exitValue()).isZero();
    }

    private TestClient client() throws IOException {
        return new TestClient(store.url(), store.secrets(), Duration.ofSeconds(20));
    }

    @Test
    void shouldStoreAndReadBlobsOfAnySize() throws Exception {
        trust("keys");
        byte[] bytes = new byte[(int) TestClient.PART_BYTES + 1];
        new Random(1).nextBytes(bytes);
        int medium = DirectAnswer.MAX_SENT_BYTES + 1;
        try (TestClient client = client()) {
            client.blobs.put("small", source(Arrays.copyOf(bytes, 4_096)));
            client.blobs.put("medium", source(Arrays.copyOf(bytes, medium)));
            client.blobs.put("parts", source(bytes));

            assertThat(client.read("small", 96, 4_000)).isEqualTo(Arrays.copyOfRange(bytes, 96, 4_096));
            assertThat(client.read("medium", 0, medium)).isEqualTo(Arrays.copyOf(bytes, medium));
            assertThat(client.read("parts", 0, bytes.length)).isEqualTo(bytes);
            assertThat(client.blobs.list("", 10))
                    .extracting(Blobs.Info::key)
                    .containsExactly("medium", "parts", "small");
            assertThat(client.retries.repeated()).isZero();
        }
    }

    @Test
    void shouldTrustTheGivenAuthoritiesOnly() throws Exception {
        try (TestClient usual = client()) {
            assertNothingIsSent(usual);
        }
        makeIdentity("other");
        trust("other");
        try (TestClient wrong = client()) {
            assertNothingIsSent(wrong);
        }
        Files.delete(store.secrets().resolve("blobs.ca.pem"));
        trust("keys");
        try (TestClient right = client()) {
            assertThat(right.blobs.list("", 10)).isEmpty();
        }
    }

    private static void assertNothingIsSent(TestClient client) {
        byte[] large = new byte[DirectAnswer.MAX_SENT_BYTES + 1];
        for (byte[] bytes : List.of(new byte[1], large)) {
            assertThatThrownBy(() ->
                            client.objects.upload(client.objects.uri("a", Map.of()), source(bytes), 0, bytes.length))
                    .hasStackTraceContaining("PKIX path building failed");
        }
        assertThatThrownBy(() -> client.objects.range("a", 0, 1)).hasStackTraceContaining("PKIX path building failed");
    }
}
