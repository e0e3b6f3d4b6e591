package io.datahub.test.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.cluster.Blobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each implementation of {@link Blobs} does. */
public abstract class BlobsContract {

    private Blobs blobs;

    /** Creates an empty implementation. It is called before each test. */
    protected abstract Blobs create() throws Exception;

    /** The size of a blob that the implementation stores in several parts, if there are such; in bytes. */
    protected int largeBytes() {
        return 3_000_000;
    }

    @BeforeEach
    void createBlobs() throws Exception {
        blobs = create();
    }

    /** Bytes in memory. */
    private static final class Bytes implements Blobs.Source {
        private final byte[] bytes;
        private final Optional<String> sha256;

        Bytes(byte[] bytes, Optional<String> sha256) {
            this.bytes = bytes;
            this.sha256 = sha256;
        }

        static Bytes of(byte[] bytes) {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
                return new Bytes(bytes, Optional.of(HexFormat.of().formatHex(hash)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public Optional<String> sha256() {
            return sha256;
        }

        @Override
        public InputStream open(long from) {
            return new ByteArrayInputStream(bytes, (int) from, bytes.length - (int) from);
        }
    }

    private void put(String key, String text) throws IOException {
        blobs.put(key, Bytes.of(text.getBytes(UTF_8)));
    }

    private byte[] read(String key, long from, long length) throws IOException {
        try (InputStream in = blobs.open(key, from, length)) {
            return in.readAllBytes();
        }
    }

    @Test
    void shouldStoreAndReadRanges() throws IOException {
        put("a.1_B-c", "0123456789");

        assertThat(blobs.size("a.1_B-c")).hasValue(10);
        assertThat(read("a.1_B-c", 0, 10)).isEqualTo("0123456789".getBytes(UTF_8));
        assertThat(read("a.1_B-c", 3, 4)).isEqualTo("3456".getBytes(UTF_8));
        assertThat(read("a.1_B-c", 9, 1)).isEqualTo("9".getBytes(UTF_8));
        assertThat(read("a.1_B-c", 10, 0)).isEmpty();
        assertThat(read("a.1_B-c", 2, 0)).isEmpty();
    }

    @Test
    void shouldStoreAnEmptyBlob() throws IOException {
        put("empty", "");

        assertThat(blobs.size("empty")).hasValue(0);
        assertThat(read("empty", 0, 0)).isEmpty();
    }

    @Test
    void shouldStoreALargeBlobWithAndWithoutItsHash() throws IOException {
        byte[] bytes = new byte[largeBytes()];
        new Random(1).nextBytes(bytes);
        blobs.put("large", Bytes.of(bytes));
        blobs.put("unhashed", new Bytes(bytes, Optional.empty()));

        assertThat(read("large", 0, bytes.length)).isEqualTo(bytes);
        assertThat(read("unhashed", 0, bytes.length)).isEqualTo(bytes);
        byte[] end = read("large", bytes.length - 1_000, 1_000);
        assertThat(end).isEqualTo(Arrays.copyOfRange(bytes, bytes.length - 1_000, bytes.length));
    }

    @Test
    void shouldSayThatABlobIsMissing() throws IOException {
        assertThat(blobs.size("none")).isEmpty();
        assertThatThrownBy(() -> read("none", 0, 1)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void shouldFailWhereThereAreFewerBytes() throws IOException {
        put("a", "0123456789");

        assertThatThrownBy(() -> read("a", 5, 6)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> read("a", 11, 1)).isInstanceOf(IOException.class);
    }

    @Test
    void shouldDeleteWhatIsThereAndWhatIsNot() throws IOException {
        put("a", "1");
        put("b", "2");
        blobs.delete(List.of("a", "none"));
        blobs.delete(List.of());

        assertThat(blobs.size("a")).isEmpty();
        assertThat(blobs.size("b")).hasValue(1);
    }

    @Test
    void shouldDeleteMany() throws IOException {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            keys.add("k" + i);
            put("k" + i, "x");
        }
        blobs.delete(keys);

        assertThat(blobs.list("", 100)).isEmpty();
    }

    @Test
    void shouldListByKey() throws IOException {
        Instant before = Instant.now().minusSeconds(120);
        for (String key : List.of("b", "a", "c", "B", "a.b", "a-b")) {
            put(key, "xy");
        }

        assertThat(keys(blobs.list("", 10))).containsExactly("B", "a", "a-b", "a.b", "b", "c");
        assertThat(keys(blobs.list("a", 2))).containsExactly("a-b", "a.b");
        assertThat(keys(blobs.list("bb", 2))).containsExactly("c");
        assertThat(blobs.list("c", 2)).isEmpty();
        Blobs.Info info = blobs.list("", 1).get(0);
        assertThat(info.length()).isEqualTo(2);
        assertThat(info.stored()).isAfter(before);
    }

    private static List<String> keys(List<Blobs.Info> found) {
        return found.stream().map(Blobs.Info::key).toList();
    }

    @Test
    void shouldStoreNothingUnderAnotherKindOfKey() {
        for (String key : List.of("", "a/b", "../a", "a b", ".a", "é", "x".repeat(129))) {
            assertThatThrownBy(() -> put(key, "x")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldFailWithASourceThatFails() throws IOException {
        Blobs.Source failing = new Blobs.Source() {
            @Override
            public long length() {
                return 10;
            }

            @Override
            public Optional<String> sha256() {
                return Optional.empty();
            }

            @Override
            public InputStream open(long from) throws IOException {
                throw new IOException("the disk failed");
            }
        };

        assertThatThrownBy(() -> blobs.put("a", failing)).isInstanceOf(IOException.class);
        assertThat(blobs.size("a")).isEmpty();
    }
}
