package io.datahub.watcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses a simulated clock: no test depends on the speed of the machine. */
class DropFolderTest {

    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final Duration LONG_TIME = Duration.ofHours(1);

    @TempDir
    Path home;

    private final FakeStore store = new FakeStore();
    private final List<RecordPath> retried = new ArrayList<>();
    private long now;
    private Path root;
    private Path state;
    private DropFolder dropFolder;

    @BeforeEach
    void start() throws IOException {
        root = Files.createDirectories(home.resolve("incoming"));
        state = Files.createDirectories(home.resolve("state"));
        restart(Duration.ofHours(24), 1 << 20);
    }

    /** Starts, or restarts as after a kill. */
    private void restart(Duration keepFor, long maxBytes) throws IOException {
        FileImporter importer = new FileImporter(store);
        ImportedFiles imported = new ImportedFiles(
                new ImportedDirectory(state.resolve("imported"), state.resolve("taken"), root),
                new RefusedFiles(state.resolve("rejected")),
                importer,
                new ImportedFiles.Limits(QUIET, keepFor, maxBytes),
                () -> now);
        dropFolder =
                new DropFolder(root, WatcherTest::isTemporary, importer, new QuietTracker(QUIET, () -> now), imported);
    }

    private void advance(Duration time) {
        now += time.toNanos();
    }

    private void importFile(String path) throws IOException {
        dropFolder.importFile(RecordPath.of(path), retried::add);
    }

    private void importQuiet(String path) throws IOException {
        importFile(path);
        advance(QUIET);
        importFile(path);
    }

    /** Sweeps twice: the first detects a change, the second imports it after the quiet period. */
    private void sweep() {
        advance(LONG_TIME);
        dropFolder.sweep();
        advance(LONG_TIME);
        dropFolder.sweep();
    }

    private Path write(String path, String text) throws IOException {
        return Files.writeString(root.resolve(path), text);
    }

    private static void append(Path file, String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> files(String folder) throws IOException {
        Path path = state.resolve(folder);
        if (!Files.exists(path)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(path)) {
            return all.toList();
        }
    }

    @Test
    void shouldMeasureTheQuietPeriodByTheHubsClockWhateverTheFileTimes() throws IOException {
        for (Duration age : List.of(Duration.ofDays(365), Duration.ZERO, Duration.ofDays(-365))) {
            String name = "of" + age.toDays();
            Files.setLastModifiedTime(
                    write(name, "x"), FileTime.from(Instant.now().minus(age)));
            importFile(name);
            advance(QUIET.minusNanos(1));
            importFile(name);
            assertThat(store.records).doesNotContainKey(name);
            advance(Duration.ofNanos(1));
            importFile(name);
            assertThat(store.records).containsKey(name);
        }
    }

    @Test
    void shouldStartTheQuietPeriodAtTheNotification() throws IOException {
        write("a", "x");
        dropFolder.noteChange(RecordPath.of("a"));
        advance(QUIET);
        importFile("a");
        assertThat(store.committed).containsExactly("a=x");
    }

    @Test
    void shouldWaitWhileTheFileIsWritten() throws IOException {
        Path file = write("a", "x");
        for (int i = 0; i < 10; i++) {
            importFile("a");
            append(file, "x");
            advance(QUIET);
        }
        importFile("a");
        assertThat(store.committed).isEmpty();
        assertThat(retried).hasSize(11).containsOnly(RecordPath.of("a"));
        advance(QUIET);
        importFile("a");
        assertThat(store.committed).containsExactly("a=xxxxxxxxxxx");
    }

    @Test
    void shouldDetectAChangeThatKeepsSizeAndModificationTime() throws IOException {
        Path file = write("a", "one");
        FileTime time = Files.getLastModifiedTime(file);
        importFile("a");
        advance(QUIET);
        Object before = Files.getAttribute(file, "unix:ctime");
        await().until(() -> isRewritten(file, time, before)); // until the kernel's clock advances
        importFile("a");
        assertThat(store.committed).isEmpty();
        advance(QUIET);
        importFile("a");
        assertThat(store.committed).containsExactly("a=two");
    }

    private static boolean isRewritten(Path file, FileTime time, Object ctime) {
        try {
            Files.writeString(file, "two");
            Files.setLastModifiedTime(file, time);
            return !Files.getAttribute(file, "unix:ctime").equals(ctime);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldNotCommitAFileThatIsModifiedWhileItIsCopied() throws IOException {
        Path file = write("a", "half");
        store.onWrite = () -> append(file, "+");
        importQuiet("a");
        assertThat(store.committed).isEmpty();
        assertThat(retried).last().isEqualTo(RecordPath.of("a"));
        store.onWrite = () -> {};
        importQuiet("a");
        assertThat(store.committed).containsExactly("a=half+");
    }

    @Test
    void shouldCommitANewVersionForEachLaterWrite() throws IOException {
        try (OutputStream out = Files.newOutputStream(root.resolve("a"))) {
            out.write("1".getBytes(UTF_8));
            importQuiet("a");
            assertThat(root.resolve("a")).doesNotExist();
            for (String part : List.of("2", "3", "4")) {
                out.write(part.getBytes(UTF_8));
                sweep();
            }
        }
        assertThat(store.committed).containsExactly("a=1", "a=12", "a=123", "a=1234");
        assertThat(retried).containsExactly(RecordPath.of("a"));
    }

    @Test
    void shouldDoubleTheQuietPeriodWithEachVersion() throws IOException {
        try (OutputStream out = Files.newOutputStream(root.resolve("a"))) {
            importQuiet("a");
            out.write('1');
            sweep();
            out.write('2');
            advance(LONG_TIME);
            dropFolder.sweep();
            advance(QUIET);
            dropFolder.sweep();
            assertThat(store.records).containsEntry("a", "1");
            advance(QUIET);
            dropFolder.sweep();
            assertThat(store.records).containsEntry("a", "12");
        }
    }

    @Test
    void shouldRememberImportedFilesAcrossARestart() throws IOException {
        try (OutputStream out = Files.newOutputStream(root.resolve("a"))) {
            out.write("1".getBytes(UTF_8));
            importQuiet("a");
            restart(Duration.ofHours(24), 1 << 20);
            sweep();
            assertThat(store.committed).containsExactly("a=1");
            out.write("2".getBytes(UTF_8));
            restart(Duration.ofHours(24), 1 << 20);
            sweep();
        }
        assertThat(store.committed).containsExactly("a=1", "a=12");
        assertThat(dropFolder.importedFiles().count()).isEqualTo(1);
        assertThat(dropFolder.importedFiles().bytes()).isEqualTo(2);
    }

    @Test
    void shouldMoveTheFilesThatAnEarlierVersionOfTheHubKept() throws IOException {
        try (OutputStream out = Files.newOutputStream(root.resolve("a"))) {
            out.write("1".getBytes(UTF_8));
            importQuiet("a");
            Files.move(state.resolve("imported"), state.resolve("taken"));
            restart(Duration.ofHours(24), 1 << 20);
            sweep();
            assertThat(store.committed).containsExactly("a=1");
            out.write("2".getBytes(UTF_8));
            sweep();
        }
        assertThat(store.committed).containsExactly("a=1", "a=12");
        assertThat(state.resolve("taken")).doesNotExist();
    }

    @Test
    void shouldDetectAChangeByMemoryMapping() throws IOException {
        assumeTrue(
                List.of("ext4", "xfs", "btrfs")
                        .contains(Files.getFileStore(root).type()),
                "tmpfs gives a file that is changed so no other time");
        Path file = write("a", "before");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer map = channel.map(MapMode.READ_WRITE, 0, 6);
            map.put(0, (byte) 'B');
            importQuiet("a");
            map.put(0, "after!".getBytes(UTF_8));
            sweep();
        }
        assertThat(store.committed).containsExactly("a=Before", "a=after!");
    }

    @Test
    void shouldNotCommitAVersionWithTheSameContent() throws IOException {
        write("a", "x");
        importQuiet("a");
        Path imported = files("imported").stream()
                .filter(path -> !path.toString().endsWith(".note"))
                .findFirst()
                .orElseThrow();
        Files.setLastModifiedTime(imported, FileTime.from(Instant.EPOCH));
        Files.setPosixFilePermissions(imported, PosixFilePermissions.fromString("rw-------"));
        sweep();
        assertThat(store.committed).containsExactly("a=x");
    }

    @Test
    void shouldNotCommitTwiceAfterAKillBetweenCommitAndRemoval() throws IOException {
        Path file = write("a", "x");
        Object ctime = Files.getAttribute(file, "unix:ctime");
        store.onCommit = () -> {
            throw new IllegalStateException("killed");
        };
        assertThatThrownBy(() -> importQuiet("a")).hasMessage("killed");
        store.onCommit = () -> {};
        assertThat(Files.getAttribute(file, "unix:ctime")).isEqualTo(ctime);
        restart(Duration.ofHours(24), 1 << 20);
        importQuiet("a");
        assertThat(file).doesNotExist();
        assertThat(store.committed).containsExactly("a=x");
    }

    @Test
    void shouldCommitTheSameContentAgainIfItArrivesLater() throws IOException {
        write("a", "x");
        importQuiet("a");
        await().until(() -> isNewer("a", store.versions.get("a").modified()));
        importQuiet("a");
        assertThat(store.committed).containsExactly("a=x", "a=x");
    }

    private boolean isNewer(String path, Instant moment) {
        try {
            return !FileStat.of(write(path, "x")).orElseThrow().isUnchangedSince(moment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldNotLoseAFileThatReplacesItDuringTheCommit() throws IOException {
        write("a", "old");
        Path newer = Files.writeString(home.resolve("newer"), "new");
        store.onCommit = () -> {
            store.onCommit = () -> {};
            try {
                Files.move(newer, root.resolve("a"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
        importQuiet("a");
        assertThat(root.resolve("a")).hasContent("new");
        assertThat(retried).last().isEqualTo(RecordPath.of("a"));
        importQuiet("a");
        assertThat(store.committed).containsExactly("a=old", "a=new");
    }

    @Test
    void shouldImportAnUnreadFileBeforeALaterOne() throws IOException {
        Path importedDirectory = Files.createDirectories(state.resolve("imported"));
        Files.writeString(importedDirectory.resolve("7"), "second");
        ImportedFile unread = new ImportedFile("7", RecordPath.of("a"), "", ImportedFile.NEVER_READ, "", Instant.now());
        Files.write(importedDirectory.resolve("7.note"), unread.note());
        restart(Duration.ofHours(24), 1 << 20);
        write("a", "third");
        importQuiet("a");
        assertThat(store.committed).containsExactly("a=second", "a=third");
    }

    @Test
    void shouldValidateAgainAFileThatIsCompletedAfterARefusal() throws IOException {
        store.refusal = Optional.of(new Refusal(Reason.INVALID, "half"));
        try (OutputStream out = Files.newOutputStream(root.resolve("a.xml"))) {
            out.write("<a>".getBytes(UTF_8));
            importQuiet("a.xml");
            assertThat(root.resolve("a.xml")).doesNotExist();
            assertThat(files("rejected")).singleElement().asString().endsWith("-incoming-a.xml");
            sweep();
            assertThat(files("rejected")).hasSize(1);
            store.refusal = Optional.empty();
            out.write("</a>".getBytes(UTF_8));
            sweep();
        }
        assertThat(store.committed).containsExactly("a.xml=<a></a>");
    }

    @Test
    void shouldRetryALaterWriteThatTheStoreCanNotAcceptYet() throws IOException {
        try (OutputStream out = Files.newOutputStream(root.resolve("a"))) {
            importQuiet("a");
            out.write('1');
            store.refusal = Optional.of(new Refusal(Reason.NO_ROOM, "full"));
            sweep();
            assertThat(store.committed).containsExactly("a=");
            store.refusal = Optional.empty();
            sweep();
        }
        assertThat(store.committed).containsExactly("a=", "a=1");
    }

    @Test
    void shouldDeleteAnImportedFileAfterTheRetentionTime() throws IOException {
        restart(Duration.ofMillis(-1), 1 << 20);
        write("a", "x");
        importQuiet("a");
        dropFolder.sweep();
        assertThat(files("imported")).isEmpty();
        assertThat(dropFolder.importedFiles().count()).isZero();
    }

    @Test
    void shouldNotDeleteAnImportedFileThatIsNotImportedYet() throws IOException {
        restart(Duration.ofMillis(-1), 1 << 20);
        try (OutputStream out = Files.newOutputStream(root.resolve("a"))) {
            importQuiet("a");
            out.write('1');
            dropFolder.sweep();
            advance(QUIET);
            dropFolder.sweep();
        }
        assertThat(store.committed).containsExactly("a=", "a=1");
    }

    @Test
    void shouldDeleteTheOldestAboveTheSizeLimitButNeverTheNewest() throws IOException {
        restart(Duration.ofHours(24), 5);
        for (String name : List.of("a", "b", "c")) {
            write(name, "four");
            importQuiet(name);
        }
        dropFolder.sweep();
        assertThat(dropFolder.importedFiles().count()).isEqualTo(1);
        restart(Duration.ofHours(24), 1);
        dropFolder.sweep();
        assertThat(dropFolder.importedFiles().count()).isEqualTo(1);
        assertThat(files("imported")).hasSize(2);
    }

    @Test
    void shouldKeepAFileInItsDirectoryIfItCanNotBeMovedToTheStateDirectory() throws IOException {
        Path memory = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(memory) && !Files.getFileStore(memory).equals(Files.getFileStore(home)));
        root = Files.createTempDirectory(memory, "datahub-incoming");
        try {
            restart(Duration.ofHours(24), 1 << 20);
            try (OutputStream out = Files.newOutputStream(root.resolve("a"))) {
                out.write('1');
                importQuiet("a");
                importFile("");
                restart(Duration.ofHours(24), 1 << 20);
                out.write('2');
                sweep();
            }
            assertThat(store.committed).containsExactly("a=1", "a=12");
            assertThat(retried.stream().skip(1).map(RecordPath::name))
                    .allMatch(name -> name.startsWith(ImportedDirectory.NAME_PREFIX));
            retried.stream().skip(1).forEach(this::importUnchecked);
            assertThat(store.committed).hasSize(2);
            restart(Duration.ofMillis(-1), 1 << 20);
            dropFolder.sweep();
            assertThat(root).isEmptyDirectory();
        } finally {
            try (Stream<Path> remaining = Files.list(root)) {
                remaining.forEach(file -> file.toFile().delete());
            }
            Files.delete(root);
        }
    }

    private void importUnchecked(RecordPath path) {
        try {
            importQuiet(path.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldRejectAFileWhoseNoteIsDamaged() throws IOException {
        write("a", "x");
        importQuiet("a");
        for (Path file : files("imported")) {
            if (file.toString().endsWith(".note")) {
                Files.writeString(file, "1\na\n");
            }
        }
        restart(Duration.ofHours(24), 1 << 20);
        assertThat(files("imported")).isEmpty();
        assertThat(files("rejected"))
                .singleElement()
                .satisfies(file -> assertThat(file).hasContent("x"));
    }
}
