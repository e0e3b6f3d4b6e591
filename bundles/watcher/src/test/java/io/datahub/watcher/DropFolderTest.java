package io.datahub.watcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.record.RecordPath;
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

/** With a clock of its own: nothing here depends on how fast the machine is. */
class DropFolderTest {

    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    Path home;

    private final FakeStore store = new FakeStore();
    private final List<RecordPath> again = new ArrayList<>();
    private long now;
    private Path root;
    private Path state;
    private DropFolder incoming;

    @BeforeEach
    void start() throws IOException {
        root = Files.createDirectories(home.resolve("incoming"));
        state = Files.createDirectories(home.resolve("state"));
        run(Duration.ofHours(24), 1 << 20);
    }

    /** Starts, or starts again as after a kill. */
    private void run(Duration keepFor, long maxBytes) throws IOException {
        Delivery delivery = new Delivery(store);
        KeptFiles kept = new KeptFiles(
                new KeptFolder(state.resolve("taken"), root),
                new RejectedArrivals(state.resolve("rejected")),
                delivery,
                new KeptFiles.Limits(QUIET, keepFor, maxBytes),
                () -> now);
        incoming = new DropFolder(root, store, delivery, new Resting(QUIET, () -> now), kept);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private void take(String path) throws IOException {
        incoming.take(RecordPath.of(path), again::add);
    }

    private void takeRested(String path) throws IOException {
        take(path);
        pass(QUIET);
        take(path);
    }

    /** Twice: what has changed is seen first and delivered once it has rested. */
    private void sweep() {
        pass(LONG);
        incoming.sweep();
        pass(LONG);
        incoming.sweep();
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
    void shouldCountRestByTheHubsOwnClockWhateverTimesTheFileHas() throws IOException {
        for (Duration age : List.of(Duration.ofDays(365), Duration.ZERO, Duration.ofDays(-365))) {
            String name = "of" + age.toDays();
            Files.setLastModifiedTime(
                    write(name, "x"), FileTime.from(Instant.now().minus(age)));
            take(name);
            pass(QUIET.minusNanos(1));
            take(name);
            assertThat(store.records).doesNotContainKey(name);
            pass(Duration.ofNanos(1));
            take(name);
            assertThat(store.records).containsKey(name);
        }
    }

    @Test
    void shouldBeginToCountWhenTheNotificationCame() throws IOException {
        write("a", "x");
        incoming.heard(RecordPath.of("a"));
        pass(QUIET);
        take("a");
        assertThat(store.committed).containsExactly("a=x");
    }

    @Test
    void shouldWaitAsLongAsSomebodyWrites() throws IOException {
        Path file = write("a", "x");
        for (int i = 0; i < 10; i++) {
            take("a");
            append(file, "x");
            pass(QUIET);
        }
        take("a");
        assertThat(store.committed).isEmpty();
        assertThat(again).hasSize(11).containsOnly(RecordPath.of("a"));
        pass(QUIET);
        take("a");
        assertThat(store.committed).containsExactly("a=xxxxxxxxxxx");
    }

    @Test
    void shouldNoticeAChangeThatLeavesSizeAndModificationTime() throws IOException {
        Path file = write("a", "one");
        FileTime time = Files.getLastModifiedTime(file);
        take("a");
        pass(QUIET);
        Object before = Files.getAttribute(file, "unix:ctime");
        Await.until(() -> isRewritten(file, time, before)); // until the kernel's clock ticks
        take("a");
        assertThat(store.committed).isEmpty();
        pass(QUIET);
        take("a");
        assertThat(store.committed).containsExactly("a=two");
    }

    private static boolean isRewritten(Path file, FileTime time, Object changed) {
        try {
            Files.writeString(file, "two");
            Files.setLastModifiedTime(file, time);
            return !Files.getAttribute(file, "unix:ctime").equals(changed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldCommitNothingThatIsWrittenToWhileItIsCopied() throws IOException {
        Path file = write("a", "half");
        store.onWrite = () -> append(file, "+");
        takeRested("a");
        assertThat(store.committed).isEmpty();
        assertThat(again).last().isEqualTo(RecordPath.of("a"));
        store.onWrite = () -> {};
        takeRested("a");
        assertThat(store.committed).containsExactly("a=half+");
    }

    @Test
    void shouldMakeAnotherVersionOfEachPartThatComesLater() throws IOException {
        try (OutputStream out = Files.newOutputStream(root.resolve("a"))) {
            out.write("1".getBytes(UTF_8));
            takeRested("a");
            assertThat(root.resolve("a")).doesNotExist();
            for (String part : List.of("2", "3", "4")) {
                out.write(part.getBytes(UTF_8));
                sweep();
            }
        }
        assertThat(store.committed).containsExactly("a=1", "a=12", "a=123", "a=1234");
        assertThat(again).containsExactly(RecordPath.of("a"));
    }

    @Test
    void shouldWaitUntilThatRestsLongerEachTime() throws IOException {
        try (OutputStream out = Files.newOutputStream(root.resolve("a"))) {
            takeRested("a");
            out.write('1');
            sweep();
            out.write('2');
            pass(LONG);
            incoming.sweep();
            pass(QUIET);
            incoming.sweep();
            assertThat(store.records).containsEntry("a", "1");
            pass(QUIET);
            incoming.sweep();
            assertThat(store.records).containsEntry("a", "12");
        }
    }

    @Test
    void shouldKnowOverARestartWhatItHasTaken() throws IOException {
        try (OutputStream out = Files.newOutputStream(root.resolve("a"))) {
            out.write("1".getBytes(UTF_8));
            takeRested("a");
            run(Duration.ofHours(24), 1 << 20);
            sweep();
            assertThat(store.committed).containsExactly("a=1");
            out.write("2".getBytes(UTF_8));
            run(Duration.ofHours(24), 1 << 20);
            sweep();
        }
        assertThat(store.committed).containsExactly("a=1", "a=12");
        assertThat(incoming.kept().count()).isEqualTo(1);
        assertThat(incoming.kept().bytes()).isEqualTo(2);
    }

    @Test
    void shouldNoticeAChangeByMemoryMapping() throws IOException {
        assumeTrue(
                List.of("ext4", "xfs", "btrfs")
                        .contains(Files.getFileStore(root).type()),
                "tmpfs gives a file that is changed so no other time");
        Path file = write("a", "before");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer map = channel.map(MapMode.READ_WRITE, 0, 6);
            map.put(0, (byte) 'B');
            takeRested("a");
            map.put(0, "after!".getBytes(UTF_8));
            sweep();
        }
        assertThat(store.committed).containsExactly("a=Before", "a=after!");
    }

    @Test
    void shouldMakeNoVersionOfWhatHasTheSameBytes() throws IOException {
        write("a", "x");
        takeRested("a");
        Path kept = files("taken").stream()
                .filter(path -> !path.toString().endsWith(".note"))
                .findFirst()
                .orElseThrow();
        Files.setLastModifiedTime(kept, FileTime.from(Instant.EPOCH));
        Files.setPosixFilePermissions(kept, PosixFilePermissions.fromString("rw-------"));
        sweep();
        assertThat(store.committed).containsExactly("a=x");
    }

    @Test
    void shouldCommitNothingTwiceAfterAKillBetweenCommitAndRemoval() throws IOException {
        Path file = write("a", "x");
        Object changed = Files.getAttribute(file, "unix:ctime");
        store.onCommit = () -> {
            throw new IllegalStateException("killed");
        };
        assertThatThrownBy(() -> takeRested("a")).hasMessage("killed");
        store.onCommit = () -> {};
        assertThat(Files.getAttribute(file, "unix:ctime")).isEqualTo(changed);
        run(Duration.ofHours(24), 1 << 20);
        takeRested("a");
        assertThat(file).doesNotExist();
        assertThat(store.committed).containsExactly("a=x");
    }

    @Test
    void shouldCommitTheSameBytesOnceMoreThatComeLater() throws IOException {
        write("a", "x");
        takeRested("a");
        Await.until(() -> isNewer("a", store.versions.get("a").modified()));
        takeRested("a");
        assertThat(store.committed).containsExactly("a=x", "a=x");
    }

    private boolean isNewer(String path, Instant moment) {
        try {
            return !Stamp.of(write(path, "x")).orElseThrow().isOlderThan(moment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldLoseNothingThatIsPutInItsPlaceWhileItIsCommitted() throws IOException {
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
        takeRested("a");
        assertThat(root.resolve("a")).hasContent("new");
        assertThat(again).last().isEqualTo(RecordPath.of("a"));
        takeRested("a");
        assertThat(store.committed).containsExactly("a=old", "a=new");
    }

    @Test
    void shouldDeliverWhatWasMovedUnreadBeforeWhatCameAfterIt() throws IOException {
        Path taken = Files.createDirectories(state.resolve("taken"));
        Files.writeString(taken.resolve("7"), "second");
        KeptFile unread = new KeptFile("7", RecordPath.of("a"), "", Stamp.NONE, "", Instant.now());
        Files.write(taken.resolve("7.note"), unread.note());
        run(Duration.ofHours(24), 1 << 20);
        write("a", "third");
        takeRested("a");
        assertThat(store.committed).containsExactly("a=second", "a=third");
    }

    @Test
    void shouldJudgeAgainWhatIsCompletedAfterItWasRefused() throws IOException {
        store.refusal = Optional.of(new Refusal(Reason.INVALID, "half"));
        try (OutputStream out = Files.newOutputStream(root.resolve("a.xml"))) {
            out.write("<a>".getBytes(UTF_8));
            takeRested("a.xml");
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
    void shouldTryAgainWhatComesLaterWhileTheStoreCanNotTakeIt() throws IOException {
        try (OutputStream out = Files.newOutputStream(root.resolve("a"))) {
            takeRested("a");
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
    void shouldLetGoOfWhatWasKeptForLongEnough() throws IOException {
        run(Duration.ofMillis(-1), 1 << 20);
        write("a", "x");
        takeRested("a");
        incoming.sweep();
        assertThat(files("taken")).isEmpty();
        assertThat(incoming.kept().count()).isZero();
    }

    @Test
    void shouldNotLetGoOfWhatIsStillToBeDelivered() throws IOException {
        run(Duration.ofMillis(-1), 1 << 20);
        try (OutputStream out = Files.newOutputStream(root.resolve("a"))) {
            takeRested("a");
            out.write('1');
            incoming.sweep();
            pass(QUIET);
            incoming.sweep();
        }
        assertThat(store.committed).containsExactly("a=", "a=1");
    }

    @Test
    void shouldLetGoOfTheOldestBeyondTheBoundAndNeverOfTheNewest() throws IOException {
        run(Duration.ofHours(24), 5);
        for (String name : List.of("a", "b", "c")) {
            write(name, "four");
            takeRested(name);
        }
        incoming.sweep();
        assertThat(incoming.kept().count()).isEqualTo(1);
        run(Duration.ofHours(24), 1);
        incoming.sweep();
        assertThat(incoming.kept().count()).isEqualTo(1);
        assertThat(files("taken")).hasSize(2);
    }

    @Test
    void shouldKeepAFileBesideItsPlaceWhereItCanNotBeMovedToTheState() throws IOException {
        Path memory = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(memory) && !Files.getFileStore(memory).equals(Files.getFileStore(home)));
        root = Files.createTempDirectory(memory, "datahub-incoming");
        try {
            run(Duration.ofHours(24), 1 << 20);
            try (OutputStream out = Files.newOutputStream(root.resolve("a"))) {
                out.write('1');
                takeRested("a");
                take("");
                run(Duration.ofHours(24), 1 << 20);
                out.write('2');
                sweep();
            }
            assertThat(store.committed).containsExactly("a=1", "a=12");
            assertThat(again.stream().skip(1).map(RecordPath::name))
                    .allMatch(name -> name.startsWith(KeptFolder.BESIDE));
            again.stream().skip(1).forEach(this::takeQuietly);
            assertThat(store.committed).hasSize(2);
            run(Duration.ofMillis(-1), 1 << 20);
            incoming.sweep();
            assertThat(root).isEmptyDirectory();
        } finally {
            try (Stream<Path> left = Files.list(root)) {
                left.forEach(file -> file.toFile().delete());
            }
            Files.delete(root);
        }
    }

    private void takeQuietly(RecordPath path) {
        try {
            takeRested(path.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldSetAsideAFileWhoseNoteIsDamaged() throws IOException {
        write("a", "x");
        takeRested("a");
        for (Path file : files("taken")) {
            if (file.toString().endsWith(".note")) {
                Files.writeString(file, "1\na\n");
            }
        }
        run(Duration.ofHours(24), 1 << 20);
        assertThat(files("taken")).isEmpty();
        assertThat(files("rejected"))
                .singleElement()
                .satisfies(file -> assertThat(file).hasContent("x"));
    }
}
