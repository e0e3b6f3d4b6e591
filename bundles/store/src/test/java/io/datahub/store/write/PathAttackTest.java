package io.datahub.store.write;

import static io.datahub.store.TestHub.ADMIN;
import static io.datahub.store.TestHub.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Reading;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.Verdict;
import io.datahub.store.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing outside the records' folder is read, written or deleted. */
class PathAttackTest {

    private static final int ROUNDS = 300;

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder.resolve("hub"));

    private Path outside;

    @BeforeEach
    void start() throws IOException {
        outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("f"), "secret");
    }

    @Test
    void shouldPutNoDirectoryInThePlaceOfTheUsersFile() throws Exception {
        assertThat(hub.put("broker_users.xml/x", "x").refusal().map(Refusal::reason))
                .contains(Reason.FORBIDDEN);
        assertThat(hub.file("broker_users.xml")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                ".",
                "../x",
                "a/../../x",
                "a/./b",
                "/etc/passwd",
                "a//b",
                "a/",
                "a\\b",
                "a\u0000b",
                "a\nb",
                "a\u0085b",
                "\ud800",
                "x\udc00y",
                "a/..",
                "..\\..\\x"
            })
    void shouldRefuseInvalidPaths(String text) {
        assertThat(RecordPath.parse(text).refusal().map(Refusal::reason)).contains(Reason.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "...",
                "..a",
                "a..",
                " ",
                "a b",
                "~root",
                "-rf",
                "$HOME",
                "%2e%2e/x",
                "C:",
                "con",
                "a;b",
                "a?b",
                "a#b",
                "\u202egpj.exe",
                "\u00e9",
                "e\u0301",
                "\ufeffx",
                "\ud83d\ude00",
                "\u2024\u2024/x",
                "\uff0e\uff0e/x",
                "\u2215x",
                "A",
                ".hidden",
                "*"
            })
    void shouldStoreUnusualNamesInsideTheFolder(String text) throws Exception {
        assertThat(hub.put(text, text).isRefused()).isFalse();

        assertThat(hub.read(text)).isEqualTo(text);
        try (Stream<Path> files = Files.walk(hub.file(""))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(1);
        }
        assertThat(outside).isDirectoryContaining("glob:**/f");
    }

    @Test
    void shouldDistinguishCaseAndUnicodeForms() throws Exception {
        List<String> names = List.of("a", "A", "\u00e9", "e\u0301", "\u212b", "\u00c5");
        for (String name : names) {
            hub.put(name, name);
        }
        for (String name : names) {
            assertThat(hub.read(name)).isEqualTo(name);
        }
        assertThat(hub.metadata.size()).isEqualTo(names.size());
    }

    @Test
    void shouldAcceptPathsUpToTheLimitOfTheFileSystem() throws Exception {
        String segment = "s".repeat(255);
        assertThat(hub.put(segment + "/" + segment, "x").isRefused()).isFalse();
        String longest = (segment + "/").repeat(15) + "t".repeat(256);
        assertThat(RecordPath.parse(longest).isRefused()).isTrue();
        Result<?> result = hub.put((segment + "/").repeat(15) + "t".repeat(255), "x");
        assertThat(result.refusal().map(Refusal::reason)).contains(Reason.BAD_REQUEST);
    }

    @Test
    void shouldNotFollowLinks() throws Exception {
        Files.createSymbolicLink(hub.file("link"), outside.resolve("f"));
        Files.createSymbolicLink(hub.file("dir"), outside);
        for (String name : List.of("link", "dir/f")) {
            assertThat(reason(hub.records.open(ADMIN, path(name)))).isEqualTo(Reason.NOT_FOUND);
            assertThat(reason(hub.put(name, "mine"))).isEqualTo(Reason.CONFLICT);
            assertThat(reason(hub.delete(name))).isIn(Reason.CONFLICT, Reason.NOT_FOUND);
        }
        assertThat(reason(hub.put("dir/new/x", "mine"))).isEqualTo(Reason.CONFLICT);
        hub.records.deleteTree(new WriteRequest(ADMIN, "test", path("dir")));
        assertThat(Files.readString(outside.resolve("f"))).isEqualTo("secret");
        assertThat(outside).isDirectoryNotContaining("glob:**/new");
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElse(null);
    }

    @Test
    void shouldStayInsideWhileADirectoryIsReplacedByALink() throws Exception {
        hub.put("d/f", "inside");
        hub.put("d/e/g", "inside");
        Files.createDirectory(outside.resolve("e"));
        Files.writeString(outside.resolve("e/g"), "secret");
        Files.createSymbolicLink(folder.resolve("evil"), outside);
        AtomicBoolean ended = new AtomicBoolean();
        Thread swapper = new Thread(() -> swap(ended), "swapper");
        swapper.start();
        try {
            for (int i = 0; i < ROUNDS; i++) {
                for (String name : List.of("d/f", "d/e/g")) {
                    Result<Reading> opened = hub.records.open(ADMIN, path(name));
                    if (!opened.isRefused()) {
                        try (Reading reading = opened.get()) {
                            assertThat(TestHub.text(reading)).startsWith("inside");
                        }
                    }
                }
                hub.put("d/f", "inside " + i);
                hub.put("d/new" + i + "/h", "inside");
                hub.delete("d/new" + i + "/h");
                hub.put("d/e/g", "inside " + i);
                hub.records.deleteTree(new WriteRequest(ADMIN, "test", path("d/new" + i)));
            }
        } finally {
            ended.set(true);
            swapper.join();
        }

        assertThat(Files.readString(outside.resolve("f"))).isEqualTo("secret");
        assertThat(Files.readString(outside.resolve("e/g"))).isEqualTo("secret");
        try (Stream<Path> left = Files.walk(outside)) {
            assertThat(left.map(file -> outside.relativize(file).toString()))
                    .containsExactlyInAnyOrder("", "f", "e", "e/g");
        }
    }

    private void swap(AtomicBoolean ended) {
        Path directory = hub.file("d");
        Path aside = folder.resolve("aside");
        Path evil = folder.resolve("evil");
        for (int i = 0; !ended.get(); i++) {
            moveIfPossible(directory, aside);
            moveIfPossible(evil, directory);
            if (Files.isSymbolicLink(directory)) {
                moveIfPossible(directory, evil);
            }
            if (Files.exists(aside)) {
                // Move away what the hub has created there.
                moveIfPossible(directory, folder.resolve("made" + i));
                moveIfPossible(aside, directory);
            }
        }
    }

    private static void moveIfPossible(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // The hub was faster.
        }
    }

    @Test
    void shouldServeTheOldVersionToFiftyReadersWhileAnOverwriteIsRefused() throws Exception {
        hub.put("a", "old");
        String etag = hub.find("a").etag().orElseThrow();
        hub.topics();
        hub.register("strict", "1.0.0", "a", candidate -> Verdict.refuse("no"));
        AtomicBoolean ended = new AtomicBoolean();
        List<Throwable> wrong = new CopyOnWriteArrayList<>();
        CountDownLatch reading = new CountDownLatch(50);
        List<Thread> readers = Stream.generate(() -> new Thread(() -> readUntil(ended, etag, wrong, reading)))
                .limit(50)
                .toList();
        readers.forEach(Thread::start);
        reading.await();
        for (int i = 0; i < 20; i++) {
            assertThat(reason(hub.put("a", "new " + i))).isEqualTo(Reason.INVALID);
        }
        ended.set(true);
        for (Thread reader : readers) {
            reader.join();
        }

        assertThat(wrong).isEmpty();
        assertThat(hub.topics()).isEmpty();
        assertThat(hub.journal()).hasSize(1);
    }

    private void readUntil(AtomicBoolean ended, String etag, List<Throwable> wrong, CountDownLatch reading) {
        try {
            do {
                try (Reading opened = hub.records.open(ADMIN, path("a")).get()) {
                    assertThat(TestHub.text(opened)).isEqualTo("old");
                    assertThat(opened.version().etag()).contains(etag);
                }
                reading.countDown();
            } while (!ended.get());
        } catch (Throwable e) {
            wrong.add(e);
            reading.countDown();
        }
    }
}
