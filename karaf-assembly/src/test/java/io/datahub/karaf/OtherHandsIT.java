package io.datahub.karaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * External changes below {@code files/}, made while the hub is running and while it isn't, as recorded in the journal.
 */
class OtherHandsIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(40);
    private static final Pattern ENTRY =
            Pattern.compile("\"type\":\"io\\.datahub\\.file\\.([a-z]+)\",\"subject\":\"([^\"]*)\"");

    private static Hub hub;
    private static int fences;

    @TempDir
    Path elsewhere;

    @BeforeAll
    static void start() throws Exception {
        hub = Hub.started();
    }

    @AfterAll
    static void stop() throws IOException {
        hub.close();
    }

    private static Path file(String path) {
        return hub.home().resolve("files").resolve(path);
    }

    private static Path write(String path, String text) throws IOException {
        Files.createDirectories(file(path).getParent());
        return Files.writeString(file(path), text);
    }

    private static List<String> journal(String prefix) throws Exception {
        List<String> entries = new ArrayList<>();
        Matcher matcher = ENTRY.matcher(new Http(hub, hub.adminToken())
                .get("/changes?limit=10000&since=0&path=" + prefix)
                .body());
        while (matcher.find()) {
            entries.add(matcher.group(1) + " " + matcher.group(2).substring(prefix.length()));
        }
        return entries;
    }

    /** Waits until all previous changes are recorded in the journal. */
    private static void awaitJournal() throws Exception {
        for (int i = 0; i < 2; i++) {
            String name = String.valueOf(++fences);
            write("fence/" + name, name);
            await("the hub sees fence " + name)
                    .atMost(TIMEOUT)
                    .until(() -> journal("fence/").contains("created " + name));
        }
    }

    private static void expect(String prefix, String... entries) throws Exception {
        awaitJournal();
        assertThat(journal(prefix)).containsExactlyInAnyOrder(entries);
    }

    @Test
    void shouldRecordEachChangeOfAFileOnce() throws Exception {
        write("one/a", "first");
        write("one/b", "first");
        expect("one/", "created a", "created b");
        write("one/a", "second, in place");
        Files.writeString(file("one/b"), "more", StandardOpenOption.APPEND);
        expect("one/", "created a", "created b", "updated a", "updated b");
        Files.writeString(file("one/a"), "");
        Files.delete(file("one/b"));
        await("the truncation is seen")
                .atMost(TIMEOUT)
                .until(() -> journal("one/").size() == 6);
        expect("one/", "created a", "created b", "updated a", "updated b", "updated a", "deleted b");
    }

    @Test
    void shouldRecordNothingIfTheContentIsUnchanged() throws Exception {
        write("same/a", "text");
        expect("same/", "created a");
        Files.setLastModifiedTime(file("same/a"), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
        Files.setPosixFilePermissions(file("same/a"), PosixFilePermissions.fromString("rw-r-----"));
        write("same/b", "comes and goes");
        Files.delete(file("same/b"));
        awaitJournal();
        write("same/a", "other");
        write("same/a", "text");
        Files.createDirectories(file("same/empty/directories"));
        expect("same/", "created a");
    }

    @Test
    void shouldRecordRenamesAcrossDirectoriesAndOfCaseOnly() throws Exception {
        write("rename/x/a", "1");
        write("rename/b", "2");
        Files.createDirectories(file("rename/y"));
        expect("rename/", "created x/a", "created b");
        Files.move(file("rename/x/a"), file("rename/y/a"));
        Files.move(file("rename/b"), file("rename/B"));
        expect("rename/", "created x/a", "created b", "deleted x/a", "created y/a", "deleted b", "created B");
    }

    @Test
    void shouldRecordDirectoriesMovedInWithinAndOut() throws Exception {
        Path outside = Files.createDirectories(hub.home().resolve("moved-in"));
        Files.createDirectories(outside.resolve("deep/er"));
        Files.writeString(outside.resolve("a"), "a");
        Files.writeString(outside.resolve("deep/er/b"), "b");
        Files.createDirectories(file("tree"));
        Files.move(outside, file("tree/in"));
        expect("tree/", "created in/a", "created in/deep/er/b");
        Files.move(file("tree/in"), file("tree/about"));
        expect(
                "tree/",
                "created in/a",
                "created in/deep/er/b",
                "deleted in/a",
                "deleted in/deep/er/b",
                "created about/a",
                "created about/deep/er/b");
        write("tree/about/deep/er/c", "seen at its new place");
        Files.move(file("tree/about/deep"), hub.home().resolve("moved-out"));
        Files.writeString(hub.home().resolve("moved-out/er/b"), "nobody's business");
        awaitJournal();
        assertThat(journal("tree/").subList(6, journal("tree/").size()))
                .containsExactlyInAnyOrder("deleted about/deep/er/b");
    }

    @Test
    void shouldNotFollowSymbolicLinks() throws Exception {
        write("links/a", "text");
        expect("links/", "created a");
        Files.createLink(file("links/hard"), file("links/a"));
        Files.createSymbolicLink(file("links/soft"), file("links/a"));
        Files.createDirectories(elsewhere.resolve("d"));
        Files.writeString(elsewhere.resolve("d/secret"), "x");
        Files.createSymbolicLink(file("links/d"), elsewhere.resolve("d"));
        expect("links/", "created a", "created hard");
        Files.delete(file("links/hard"));
        Files.createSymbolicLink(file("links/hard"), elsewhere.resolve("d/secret"));
        Files.writeString(elsewhere.resolve("d/secret"), "changed behind the link");
        expect("links/", "created a", "created hard", "deleted hard");
    }

    @Test
    void shouldRecordAFileReplacingADirectoryAndViceVersa() throws Exception {
        write("swap/x/a", "1");
        write("swap/y", "2");
        expect("swap/", "created x/a", "created y");
        Files.delete(file("swap/x/a"));
        Files.delete(file("swap/x"));
        write("swap/x", "a file");
        Files.delete(file("swap/y"));
        write("swap/y/b", "below");
        expect("swap/", "created x/a", "created y", "deleted x/a", "created x", "deleted y", "created y/b");
    }

    @Test
    void shouldRecordASaveInAnEditorAsOneUpdate() throws Exception {
        write("edit/a.txt", "draft");
        expect("edit/", "created a.txt");
        write("edit/.a.txt.swp", "swap");
        write("edit/.a.txt.Xy12Zz", "by rsync");
        Files.move(file("edit/a.txt"), file("edit/a.txt~"));
        write("edit/a.txt", "by vi");
        awaitJournal();
        Files.move(file("edit/.a.txt.Xy12Zz"), file("edit/a.txt"), StandardCopyOption.ATOMIC_MOVE);
        expect("edit/", "created a.txt", "updated a.txt", "updated a.txt");
    }

    @Test
    void shouldRecordAConstantlyGrowingLogPeriodically() throws Exception {
        write("log/a", "begin\n");
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (journal("log/").size() < 2 && System.nanoTime() < end) {
            for (int i = 0; i < 10; i++) {
                Files.writeString(file("log/a"), "line\n", StandardOpenOption.APPEND);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
        assertThat(journal("log/")).startsWith("created a", "updated a");
        awaitJournal();
        String size = ",\"size\":" + Files.size(file("log/a")) + ",";
        await("the last line is told of")
                .atMost(TIMEOUT)
                .until(() -> new Http(hub, hub.adminToken())
                        .get("/changes?since=0&path=log/")
                        .body()
                        .contains(size));
    }

    @Test
    void shouldRecordNamesInAnyScript() throws Exception {
        write("names/grüße 日本 😀.txt", "x");
        Files.write(file("names/" + "ab".repeat(127)), "long".getBytes(StandardCharsets.UTF_8));
        expect("names/", "created grüße 日本 😀.txt", "created " + "ab".repeat(127));
    }

    @Test
    void shouldReconcileChangesMadeWhileTheWatcherOrTheHubWasDown() throws Exception {
        write("away/keep", "x");
        write("away/change", "x");
        write("away/remove", "x");
        expect("away/", "created keep", "created change", "created remove");
        hub.console("bundle:stop datahub-watcher");
        write("away/change", "while the watcher was stopped");
        write("away/d/new", "x");
        hub.console("bundle:start datahub-watcher");
        await("the watcher catches up")
                .atMost(TIMEOUT)
                .until(() -> journal("away/").size() == 5);
        write("away/change", "just before the hub was killed");
        hub.kill();
        Files.delete(file("away/remove"));
        write("away/d/new", "while the hub was down");
        hub.start();
        await("the hub catches up").atMost(TIMEOUT).until(() -> journal("away/").size() == 8);
        hub.console("datahub:rescan");
        awaitJournal();
        assertThat(journal("away/").subList(3, 8))
                .containsExactlyInAnyOrder(
                        "updated change", "created d/new", "updated change", "deleted remove", "updated d/new");
        assertThat(journal("away/")).hasSize(8);
    }

    @Test
    void shouldNotTreatAMissingRootAsDeletions() throws Exception {
        write("root/a", "x");
        expect("root/", "created a");
        Path moved = hub.home().resolve("files-away");
        Files.move(file(""), moved);
        Http admin = new Http(hub, hub.adminToken());
        await("health tells it")
                .atMost(TIMEOUT)
                .until(() -> admin.get("/health/ready").statusCode() == 503);
        assertThat(admin.get("/health/ready").body()).contains("files is missing");
        Files.writeString(moved.resolve("root/b"), "put there meanwhile");
        Files.createDirectories(file(""));
        Files.writeString(file("stranger"), "in another directory of that name");
        await("health tells it")
                .atMost(TIMEOUT)
                .until(() -> admin.get("/health/ready").body().contains("not the same directory"));
        Files.delete(file("stranger"));
        Files.delete(file(""));
        Files.move(moved, file(""));
        await("it is ready again")
                .atMost(TIMEOUT)
                .until(() -> admin.get("/health/ready").statusCode() == 200);
        await("it has caught up").atMost(TIMEOUT).until(() -> journal("root/").size() == 2);
        expect("root/", "created a", "created b");
        assertThat(journal("stranger")).isEmpty();
    }
}
