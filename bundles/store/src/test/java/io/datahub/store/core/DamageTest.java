package io.datahub.store.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.store.TestHub;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A hub whose database of index and journal was damaged while it was down. */
class DamageTest {

    private static final int RECORDS = 300;

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    private Cursor before;

    @BeforeEach
    void fill() throws Exception {
        for (int i = 0; i < RECORDS; i++) {
            hub.write("d" + i % 7 + "/f" + i, "text " + i);
        }
        hub.check("");
        for (int i = 0; i < RECORDS; i += 3) {
            hub.write("d" + i % 7 + "/f" + i, "other text " + i);
        }
        hub.check("");
        before = hub.journal.head();
        hub.topics();
        hub.stop();
    }

    private Path file() {
        return folder.resolve("state/store.mv");
    }

    private List<String> setAside() throws IOException {
        return hub.folder("state").stream()
                .filter(name -> name.contains(".damaged-"))
                .toList();
    }

    /** Reads everything, with retries: a database that is found corrupt is replaced on the next use. */
    private void readEverything() throws Exception {
        IOException failure = null;
        for (int i = 0; i < 5; i++) {
            try {
                hub.check("");
                hub.journal.read(User.HUB, Cursor.BEGINNING, "", 10_000);
                for (int record = 0; record < RECORDS; record++) {
                    assertThat(hub.find("d" + record % 7 + "/f" + record).etag())
                            .isPresent();
                }
                return;
            } catch (IOException | java.io.UncheckedIOException e) {
                failure = new IOException(e);
            }
        }
        throw failure;
    }

    private void expectRebuilt() throws Exception {
        hub.start();
        readEverything();
        assertThat(setAside()).hasSize(1);
        assertThat(hub.topics()).isEmpty();
        assertThat(hub.journal.head().epoch()).isNotEqualTo(before.epoch());
        assertThat(hub.journal.read(User.HUB, before, "", 10).refusal().map(Refusal::reason))
                .contains(Reason.GONE);
        assertThat(hub.put("d0/f0", "new").get().topic()).isEqualTo("file.updated/d0/f0");
        hub.write("d1/f1", "by hand");
        hub.write("new", "by hand");
        Files.delete(hub.file("d2/f2"));
        hub.check("");
        assertThat(hub.topics())
                .containsExactlyInAnyOrder(
                        "file.updated/d0/f0", "file.updated/d1/f1", "file.created/new", "file.deleted/d2/f2");
        hub.restart();
        hub.check("");
        assertThat(hub.topics()).isEmpty();
        assertThat(setAside()).hasSize(1);
    }

    @Test
    void shouldRebuildAnEmptyFile() throws Exception {
        Files.write(file(), new byte[0]);
        expectRebuilt();
    }

    @Test
    void shouldRebuildAFileOfAnotherFormat() throws Exception {
        Files.writeString(file(), "this is no index\n".repeat(5_000));
        expectRebuilt();
    }

    @Test
    void shouldRebuildATruncatedFile() throws Exception {
        try (RandomAccessFile bytes = new RandomAccessFile(file().toFile(), "rw")) {
            bytes.setLength(bytes.length() / 2);
        }
        expectRebuilt();
    }

    @Test
    void shouldRebuildAFileWhoseHeaderIsOverwritten() throws Exception {
        overwrite(0, new byte[8_192]);
        expectRebuilt();
    }

    @Test
    void shouldRebuildAFileOlderThanTheAnnouncedWatermark() throws Exception {
        Path old = Files.copy(file(), folder.resolve("old.mv"));
        hub.start();
        hub.put("later", "x");
        hub.topics();
        hub.stop();
        Files.copy(old, file(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        hub.start();
        readEverything();
        assertThat(setAside()).hasSize(1);
        assertThat(hub.topics()).isEmpty();
    }

    /** The start looks up the users file in that page before anything else is read. */
    @Test
    void shouldRebuildAFileWhoseFirstIndexPageIsCorrupt() throws Exception {
        byte[] all = Files.readAllBytes(file());
        byte[] key = "d0\u0001f0".getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at + key.length < all.length; at++) {
            if (Arrays.equals(all, at, at + key.length, key, 0, key.length)) {
                overwrite(at, new byte[] {'z', 'z', 'z', 'z', 'z'});
            }
        }
        expectRebuilt();
    }

    @Test
    void shouldResumeAnInterruptedRebuild() throws Exception {
        Files.write(file(), new byte[0]);
        hub.start();
        hub.metadata
                .submit(transaction -> {
                    transaction.putProperty("rebuilding", "true");
                    transaction.remove(TestHub.path("d3/f3"));
                    return "";
                })
                .await();
        hub.restart();
        hub.check("");
        assertThat(hub.topics()).isEmpty();
        assertThat(hub.find("d3/f3").etag()).isPresent();
    }

    /** Either the damage hit no used page, or everything is rebuilt; corrupt data is never accepted. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24})
    void shouldNeverAcceptCorruptData(int seed) throws Exception {
        Random random = new Random(seed);
        int length = 1 << random.nextInt(16);
        long at = random.nextLong(Files.size(file()));
        byte[] garbage = new byte[length];
        if (seed % 4 == 0) {
            byte[] text = "/d0/f0".getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < length; i++) {
                garbage[i] = text[i % text.length];
            }
        } else if (seed % 4 != 1) {
            random.nextBytes(garbage);
        }
        overwrite(at, garbage);
        hub.start();
        readEverything();
        assertThat(hub.topics()).isEmpty();
        boolean same = hub.journal.head().equals(before);
        assertThat(setAside()).hasSize(same ? 0 : 1);
        if (same) {
            assertThat(hub.journal()).hasSize(RECORDS * 4 / 3);
        }
        hub.restart();
        readEverything();
        assertThat(hub.topics()).isEmpty();
    }

    private void overwrite(long at, byte[] garbage) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file().toFile(), "rw")) {
            bytes.seek(at);
            bytes.write(garbage, 0, (int) Math.min(garbage.length, bytes.length() - at));
        }
    }
}
