package io.datahub.s3;

import static io.datahub.s3.TestClient.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.cluster.Blobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client with a real store, S3Proxy. */
class S3BlobsTest {

    @TempDir
    Path folder;

    private TestStore store;
    private TestClient client;
    private Blobs blobs;

    @BeforeEach
    void start() throws IOException {
        store = new TestStore(folder);
        client = new TestClient(store.url(), store.secrets(), Duration.ofSeconds(20));
        blobs = client.blobs;
    }

    @AfterEach
    void stop() {
        client.close();
        store.close();
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    @Test
    void shouldReadBackAnyRange() throws IOException {
        byte[] bytes = bytes(100_000);
        blobs.put("a-blob", source(bytes));
        assertThat(blobs.size("a-blob")).isEqualTo(OptionalLong.of(100_000));
        assertThat(client.read("a-blob", 0, 100_000)).isEqualTo(bytes);
        assertThat(client.read("a-blob", 99_999, 1)).containsExactly(bytes[99_999]);
        assertThat(client.read("a-blob", 70_000, 30_000)).isEqualTo(Arrays.copyOfRange(bytes, 70_000, 100_000));
        assertThat(client.read("a-blob", 5, 0)).isEmpty();
    }

    @Test
    void shouldStoreABlobWithoutBytes() throws IOException {
        blobs.put("empty", source(new byte[0]));
        assertThat(blobs.size("empty")).isEqualTo(OptionalLong.of(0));
        assertThat(client.read("empty", 0, 0)).isEmpty();
    }

    @Test
    void shouldStoreALargeBlobInParts() throws IOException {
        byte[] bytes = bytes(2 * (int) TestClient.PART_BYTES + 12_345);
        blobs.put("large", source(bytes));
        assertThat(blobs.size("large")).isEqualTo(OptionalLong.of(bytes.length));
        assertThat(client.read("large", 0, bytes.length)).isEqualTo(bytes);
        assertThat(blobs.list("", 10)).extracting(Blobs.Info::key).containsExactly("large");
    }

    @Test
    void shouldSayThatABlobIsMissingOrShorter() throws IOException {
        assertThat(blobs.size("none")).isEmpty();
        assertThatThrownBy(() -> client.read("none", 0, 5)).isInstanceOf(NoSuchFileException.class);
        blobs.put("short", source(bytes(10)));
        assertThatThrownBy(() -> client.read("short", 0, 11)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> client.read("short", 10, 1)).isInstanceOf(IOException.class);
        assertThat(client.retries.repeated()).isZero();
    }

    @Test
    void shouldDeleteBlobsOnceOrTwice() throws IOException {
        blobs.put("one", source(bytes(10)));
        blobs.put("two", source(bytes(10)));
        blobs.delete(List.of("one", "none"));
        blobs.delete(List.of("one"));
        assertThat(blobs.size("one")).isEmpty();
        assertThat(blobs.size("two")).isPresent();
    }

    @Test
    void shouldListByKeyAndContinue() throws IOException {
        for (String key : List.of("c", "a", "e", "b", "d")) {
            blobs.put(key, source(key.repeat(3).getBytes(StandardCharsets.UTF_8)));
        }
        assertThat(blobs.list("", 3)).extracting(Blobs.Info::key).containsExactly("a", "b", "c");
        assertThat(blobs.list("c", 3)).extracting(Blobs.Info::key).containsExactly("d", "e");
        assertThat(blobs.list("e", 3)).isEmpty();
        assertThat(blobs.list("", 1).get(0).length()).isEqualTo(3);
        assertThat(Duration.between(blobs.list("", 1).get(0).stored(), Instant.now())
                        .abs())
                .isLessThan(Duration.ofHours(1));
    }

    @Test
    void shouldRefuseOtherKeys() {
        assertThatThrownBy(() -> blobs.put("../up", source(bytes(1)))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> blobs.open("", 0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldFailAtOnceWhenTheSourceIsTooShort() {
        Blobs.Source source = new Blobs.Source() {
            @Override
            public long length() {
                return 20;
            }

            @Override
            public Optional<String> sha256() {
                return Optional.of(S3Request.EMPTY);
            }

            @Override
            public InputStream open(long from) {
                return new ByteArrayInputStream(bytes(10));
            }
        };
        assertThatThrownBy(() -> blobs.put("short", source))
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("the source is shorter than it said");
        assertThat(client.retries.repeated()).isZero();
    }

    @Test
    void shouldReadReplacedKeysAfterARefusal() throws IOException {
        store.setKeys("hub", "wrong");
        try (TestClient refused = new TestClient(store.url(), store.secrets(), Duration.ofSeconds(20))) {
            assertThatThrownBy(() -> refused.blobs.size("a"))
                    .isInstanceOfSatisfying(
                            S3Exception.class, e -> assertThat(e.status()).isEqualTo(403));
            store.setKeys("hub", "hub-secret");
            assertThatThrownBy(() -> refused.blobs.size("a")).isInstanceOf(S3Exception.class);
            assertThat(refused.blobs.size("a")).isEmpty();
        }
    }

    @Test
    void shouldSayWhichSecretIsMissing() throws IOException {
        Files.delete(store.secrets().resolve("blobs.secret-key"));
        assertThatThrownBy(() -> new TestClient(store.url(), store.secrets(), Duration.ofSeconds(20)))
                .hasMessageContaining("there is no file blobs.secret-key in ");
    }
}
