package io.datahub.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Home;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.test.DiskFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatcherTest {

    @TempDir
    Path root;

    private final FakeStore store = new FakeStore();
    private final Home home = () -> root;
    private DiskFolder disk;
    private Watcher watcher;

    @BeforeEach
    void start() throws IOException {
        disk = new DiskFolder(root);
        Files.createDirectories(disk.files());
        Files.createDirectories(home.incoming());
        Files.writeString(home.incoming().resolve("early.txt"), "there before the hub");
        watcher = watcher("auto");
        await().until(() -> disk.reconciled().contains(""));
    }

    static boolean isTemporary(RecordPath path) {
        return path.name().endsWith(".part");
    }

    private Watcher watcher(String poll) throws IOException {
        return new Watcher(new Quick(poll), home, store, WatcherTest::isTemporary, disk);
    }

    @AfterEach
    void stop() throws IOException {
        watcher.stop();
    }

    @Test
    void shouldCheckAChangeOnceAfterTheQuietPeriod() throws IOException {
        Files.writeString(disk.files().resolve("a.txt"), "x");
        await().until(() -> disk.reconciled().contains("a.txt"));
        assertThat(disk.reconciled().stream().filter("a.txt"::equals)).hasSize(1);
        assertThat(watcher.check().ready()).isTrue();
    }

    @Test
    void shouldLeaveTemporaryFilesInIncomingUntilTheyAreRenamed() throws IOException {
        Path temporary = home.incoming().resolve("b.part");
        Files.writeString(temporary, "x");
        Files.writeString(home.incoming().resolve("fence"), "x");
        await().until(() -> store.records.containsKey("fence"));
        assertThat(store.records).doesNotContainKey("b.part");
        Files.move(temporary, home.incoming().resolve("b"));
        await().until(() -> "x".equals(store.records.get("b")));
        assertThat(store.records).doesNotContainKey("b.part");
    }

    @Test
    void shouldCompareNothingWhileTheRootIsUnavailableAndEverythingOnceItIsBack() throws IOException {
        Path moved = root.resolve("moved");
        Files.move(disk.files(), moved);
        await().until(() -> !watcher.check().ready());
        assertThat(watcher.check().detail()).contains("is missing");
        disk.reconciled().clear();
        Files.writeString(moved.resolve("created"), "x");
        Files.move(moved, disk.files());
        await().until(() -> watcher.check().ready() && disk.reconciled().contains(""));
    }

    @Test
    void shouldWatchOnlyIncomingIfTheRecordsAreNotFiles() throws IOException {
        watcher.stop();
        disk.reconciled().clear();
        watcher = new Watcher(new Quick("auto"), home, store, WatcherTest::isTemporary, null);
        Files.writeString(home.incoming().resolve("late.part"), "x");
        Files.writeString(home.incoming().resolve("late"), "x");
        await().until(() -> "x".equals(store.records.get("late")));
        assertThat(store.records).doesNotContainKey("late.part");
        assertThat(watcher.check().ready()).isTrue();
        assertThat(watcher.check().detail()).contains("the records aren't files on this disk");
        assertThat(disk.reconciled()).isEmpty();
    }

    @Test
    void shouldScanAtIntervalsIfConfigured() throws IOException {
        watcher.stop();
        watcher = watcher("always");
        for (int i = 0; i < 3; i++) {
            disk.reconciled().clear();
            await().until(() -> disk.reconciled().contains(""));
        }
        assertThat(watcher.check().detail()).contains("everything is compared every 100 ms", "poll=always");
    }

    @Test
    void shouldRejectAnUnknownPollValue() {
        assertThatThrownBy(() -> watcher("sometimes")).hasMessageContaining("must be auto, always or never");
    }

    @Test
    void shouldApplyTheQuietPeriodToEachFileHoweverLongItsDirectoryWasPending() throws IOException {
        Path directory = Files.createDirectory(disk.files().resolve("d"));
        await().until(() -> {
            touch(directory);
            return disk.reconciled().contains("d");
        });
        assertThat(disk.quietTimes().get("d")).isEqualTo(Duration.ofMillis(50));
    }

    private static void touch(Path path) {
        try {
            Files.setLastModifiedTime(path, FileTime.from(Instant.now()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldTurnIncomingFilesIntoRecords() throws IOException {
        await().until(() -> "there before the hub".equals(store.records.get("early.txt")));
        Files.createDirectories(home.incoming().resolve("builds/app"));
        Path file = home.incoming().resolve("builds/app/log.txt");
        Files.writeString(file, "text");
        await().until(() -> "text".equals(store.records.get("builds/app/log.txt")) && !Files.exists(file));
    }

    @Test
    void shouldCommitANewVersionIfAFileIsWrittenAfterItWasImported() throws IOException {
        Path file = home.incoming().resolve("slow.log");
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write("first ".getBytes(StandardCharsets.UTF_8));
            await().until(() -> "first ".equals(store.records.get("slow.log")) && !Files.exists(file));
            out.write("second".getBytes(StandardCharsets.UTF_8));
        }
        await().until(() -> "first second".equals(store.records.get("slow.log")));
    }

    @Test
    void shouldKeepARefusedFile() throws IOException {
        store.refusal = Optional.of(new Refusal(Reason.INVALID, "no"));
        Path file = home.incoming().resolve("bad.xml");
        Files.writeString(file, "<");
        await().until(() -> !Files.exists(file) && isRejected("bad.xml"));
    }

    /** Whether there is a rejected file whose name ends that way. */
    private boolean isRejected(String end) {
        Path rejected = home.state().resolve("rejected");
        if (!Files.exists(rejected)) {
            return false;
        }
        try (Stream<Path> files = Files.list(rejected)) {
            return files.anyMatch(path -> path.getFileName().toString().endsWith(end));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldRetryAfterATransientRefusal() throws IOException {
        store.refusal = Optional.of(Refusal.unavailable("away", Duration.ofSeconds(1)));
        Path file = home.incoming().resolve("later.txt");
        Files.writeString(file, "text");
        Files.writeString(disk.files().resolve("fence"), "x");
        await().until(() -> disk.reconciled().contains("fence"));
        assertThat(file).exists();
        store.refusal = Optional.empty();
        await().until(() -> "text".equals(store.records.get("later.txt")) && !Files.exists(file));
    }

    @Test
    void shouldNotImportTheUsersFileFromIncoming() throws IOException {
        Path file = home.incoming().resolve("broker_users.xml");
        Files.writeString(file, "<broker-users/>");
        await().until(() -> !Files.exists(file));
        assertThat(store.records).doesNotContainKey("broker_users.xml");
    }

    /** A configuration with short delays. */
    @SuppressWarnings("ClassExplicitlyAnnotation")
    private static final class Quick implements WatcherConfiguration {

        private final String poll;

        private Quick(String poll) {
            this.poll = poll;
        }

        @Override
        public long quietMillis() {
            return 50;
        }

        @Override
        public long maxQuietMillis() {
            return 500;
        }

        @Override
        public long incomingQuietMillis() {
            return 50;
        }

        @Override
        public long incomingKeepHours() {
            return 24;
        }

        @Override
        public long incomingKeepMiB() {
            return 1;
        }

        @Override
        public long startMillis() {
            return 0;
        }

        @Override
        public long rescanMinutes() {
            return 0;
        }

        @Override
        public long pollMillis() {
            return 100;
        }

        @Override
        public String poll() {
            return poll;
        }

        @Override
        public int checkThreads() {
            return 2;
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return WatcherConfiguration.class;
        }
    }
}
