package io.datahub.store.reconcile;

import static io.datahub.store.TestHub.ADMIN;
import static io.datahub.store.TestHub.path;
import static io.datahub.store.TestHub.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.file.FileStat;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Verdict;
import io.datahub.records.guard.PathStatus;
import io.datahub.records.validation.RequiredValidator;
import io.datahub.store.TestHub;
import io.datahub.store.core.PathState;
import io.datahub.store.disk.DirectoryEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class CheckTest {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    private void refuseBad(String pattern) {
        hub.register("strict", "1.0.0", pattern, candidate -> {
            try (InputStream bytes = candidate.open()) {
                return new String(bytes.readAllBytes(), StandardCharsets.UTF_8).contains("bad")
                        ? Verdict.refuse(1, 2, "it is bad")
                        : Verdict.accept();
            }
        });
    }

    @Test
    void shouldPublishExternalChangesOnce() throws Exception {
        hub.write("a/x", "1");
        hub.check("a/x");
        hub.check("");
        hub.write("a/x", "22");
        hub.check("");
        hub.check("a/x");
        Files.delete(hub.file("a/x"));
        hub.check("a/x");
        hub.check("a");
        hub.check("");

        assertThat(hub.topics()).containsExactly("file.created/a/x", "file.updated/a/x", "file.deleted/a/x");
    }

    @Test
    void shouldKnowTheHashButNoUserOfAnExternalChange() throws Exception {
        hub.write("a", "hello");
        hub.check("a");

        Change change = hub.announced.get(0);
        assertThat(change.user()).isEmpty();
        assertThat(change.version().sha256().orElseThrow()).startsWith("2cf24dba");
        assertThat(hub.find("a")).isEqualTo(change.version());
    }

    @Test
    void shouldNotPublishAChangeOfTheModificationTime() throws Exception {
        RecordVersion before = hub.put("a", "x").get().version();
        hub.topics();
        Files.setLastModifiedTime(hub.file("a"), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
        assertThat(hub.find("a").etag()).isEmpty();
        hub.check("a");

        assertThat(hub.topics()).isEmpty();
        assertThat(hub.find("a").etag()).isEqualTo(before.etag()).isPresent();
    }

    @Test
    void shouldDetectDifferentBytesOfTheSameSizeAndTime() throws Exception {
        hub.put("a", "one");
        hub.topics();
        FileTime time = Files.getLastModifiedTime(hub.file("a"));
        hub.write("a", "two");
        Files.setLastModifiedTime(hub.file("a"), time);
        hub.check("a");

        assertThat(hub.topics()).containsExactly("file.updated/a");
    }

    @Test
    void shouldWaitForTheQuietPeriodOfAFile() throws Exception {
        hub.write("a", "x");

        assertThat(hub.check("a", Duration.ofMinutes(1))).containsExactly("a");
        assertThat(hub.check("", Duration.ofMinutes(1))).containsExactly("a");
        assertThat(hub.topics()).isEmpty();
        assertThat(hub.check("a")).isEmpty();
        assertThat(hub.topics()).containsExactly("file.created/a");
    }

    @Test
    void shouldWaitLongerForAnEmptyFile() throws Exception {
        hub.put("emptied", "x");
        hub.write("emptied", "");
        hub.write("empty", "");
        hub.write("full", "x");

        assertThat(quietPeriod("full")).isEqualTo(500);
        assertThat(quietPeriod("empty")).isEqualTo(1_500);
        assertThat(quietPeriod("emptied")).isEqualTo(5_000);
    }

    /** The quiet period in milliseconds for a file, with a configured period of half a second. */
    private long quietPeriod(String path) throws Exception {
        FileStat stat = FileStat.of(hub.file(path)).orElseThrow();
        PathState state =
                new PathState(new DirectoryEntry(PathStatus.Kind.FILE, stat), hub.metadata.entry(TestHub.path(path)));
        long touched = stat.lastChanged() / 1_000_000;
        return LongStream.range(0, 10_000)
                .filter(millis -> !state.isRecentlyModified(Duration.ofMillis(500), touched + millis))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldServeWithoutEntityTagAndRefuseConditionalWritesUntilAChangeIsReconciled() throws Exception {
        hub.put("a", "x");
        hub.write("a", "unsettled");

        assertThat(hub.find("a").etag()).isEmpty();
        assertThat(hub.find("a").sha256()).isEmpty();
        assertThat(hub.read("a")).isEqualTo("unsettled");
        Result<Change> conditional = hub.put(request(ADMIN, "a", current -> true), "y");
        assertThat(conditional.refusal().map(Refusal::reason)).contains(Reason.CONFLICT);
        assertThat(hub.put("a", "z").isRefused()).isFalse();
        assertThat(hub.read("a")).isEqualTo("z");
    }

    @Test
    void shouldDetectAllChangesInATreeThatWereMadeWhileTheHubWasDown() throws Exception {
        hub.put("keep", "x");
        hub.put("d/keep", "x");
        hub.put("d/gone", "x");
        hub.put("d/sub/gone", "x");
        hub.put("d.txt", "x");
        hub.put("dir-to-file/x", "x");
        hub.put("file-to-dir", "x");
        hub.topics();
        hub.stop();
        Files.delete(hub.file("d/gone"));
        Files.delete(hub.file("d/sub/gone"));
        Files.delete(hub.file("d/sub"));
        Files.delete(hub.file("dir-to-file/x"));
        Files.delete(hub.file("dir-to-file"));
        hub.write("dir-to-file", "x");
        Files.delete(hub.file("file-to-dir"));
        hub.write("file-to-dir/new", "x");
        hub.write("d/a/deep/new", "x");
        hub.write("d.txt", "longer");
        hub.start();
        hub.check("");
        hub.check("");

        assertThat(hub.topics())
                .containsExactlyInAnyOrder(
                        "file.deleted/d/gone",
                        "file.deleted/d/sub/gone",
                        "file.deleted/dir-to-file/x",
                        "file.created/dir-to-file",
                        "file.deleted/file-to-dir",
                        "file.created/file-to-dir/new",
                        "file.created/d/a/deep/new",
                        "file.updated/d.txt");
    }

    @Test
    void shouldDetectDeletionsBelowADeletedDirectory() throws Exception {
        hub.put("d/a", "x");
        hub.put("d/e/b", "x");
        hub.put("d2", "x");
        hub.topics();
        Files.move(hub.file("d"), folder.resolve("elsewhere"));
        hub.check("d");

        assertThat(hub.topics()).containsExactlyInAnyOrder("file.deleted/d/a", "file.deleted/d/e/b");
    }

    @Test
    void shouldTreatALinkAsADeletionAndIgnoreInvalidNames() throws Exception {
        hub.put("a", "x");
        hub.topics();
        Files.delete(hub.file("a"));
        Files.createSymbolicLink(hub.file("a"), folder.resolve("state"));
        hub.write("back\\slash", "x");
        hub.check("");
        hub.check("a");

        assertThat(hub.topics()).containsExactly("file.deleted/a");
        assertThat(hub.health().detail()).contains("notRecords=2");
    }

    @Test
    void shouldRequestACheckOfAPathThatAReaderFindsChanged() throws Exception {
        hub.put("a", "x");
        List<String> asked = new ArrayList<>();
        hub.disk.listen(found -> asked.add(found.toString()));
        hub.disk.reconcile(path(""), Duration.ZERO, notForTheListener -> {});
        hub.find("a");
        assertThat(asked).isEmpty();
        Files.createLink(hub.file("b"), hub.file("a"));
        assertThat(hub.find("a").etag()).isEmpty();
        assertThat(asked).contains("a");
        hub.check("a");
        assertThat(hub.find("a").etag()).isPresent();
    }

    @Test
    void shouldNotTreatAnUnmountedFileSystemAsDeletions() throws Exception {
        hub.put("a", "x");
        hub.stop();
        Path elsewhere = folder.resolve("elsewhere");
        Files.move(hub.file(""), elsewhere);
        Files.createDirectory(hub.file(""));
        assertThatThrownBy(hub::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("mount the right directory");
        hub.stop();
        Files.delete(hub.file(""));
        Files.move(elsewhere, hub.file(""));
        hub.topics();
        hub.start();
        hub.check("");
        assertThat(hub.topics()).isEmpty();
    }

    @Test
    void shouldAcceptAnotherFolderThatIsNotEmpty() throws Exception {
        hub.put("a", "x");
        hub.topics();
        hub.stop();
        Files.move(hub.file(""), folder.resolve("elsewhere"));
        hub.write("b", "y");
        hub.start();
        hub.check("");
        assertThat(hub.topics()).containsExactlyInAnyOrder("file.deleted/a", "file.created/b");
    }

    @Test
    void shouldLimitTheNumberOfRejectedFilesWhateverTheirOrigin() throws Exception {
        long now = System.currentTimeMillis();
        for (int i = 0; i < 7; i++) {
            Path kept = folder.resolve("state/rejected/" + (now + i) + "-incoming-" + i);
            Files.writeString(kept, "x");
            Files.setLastModifiedTime(kept, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
        }
        Files.writeString(
                folder.resolve("state/rejected/" + (now - Duration.ofDays(8).toMillis()) + "-old"), "x");
        hub.check("");
        assertThat(hub.folder("state/rejected")).hasSize(5).allMatch(name -> name.contains("-incoming-"));
    }

    @Test
    void shouldScanMoreThanABatchOfTheIndex() throws Exception {
        for (int i = 0; i < 700; i++) {
            hub.write("d" + i % 7 + "/f" + i, "x");
        }
        hub.check("");
        assertThat(hub.topics()).hasSize(700);
        for (int i = 0; i < 700; i += 2) {
            Files.delete(hub.file("d" + i % 7 + "/f" + i));
        }
        hub.check("");
        assertThat(hub.topics()).hasSize(350).allMatch(topic -> topic.startsWith("file.deleted/"));
        hub.check("");
        assertThat(hub.topics()).isEmpty();
    }

    @Test
    void shouldValidateExternalChanges() throws Exception {
        refuseBad("j/**");
        hub.write("j/a", "fine");
        hub.check("");

        assertThat(hub.announced.get(0).validators()).containsExactly(new ValidatorId("strict", "1.0.0"));
    }

    @Test
    void shouldRestoreTheLastGoodVersionWithItsEntityTag() throws Exception {
        refuseBad("j/**");
        RecordVersion good = hub.put("j/a", "good").get().version();
        hub.topics();
        hub.write("j/a", "bad bytes");
        hub.check("j/a");

        assertThat(hub.announced).hasSize(1);
        Change change = hub.announced.get(0);
        assertThat(change.topic()).isEqualTo("file.rejected/j/a");
        assertThat(change.json())
                .contains("\"violations\":[{\"validator\":\"strict\"")
                .contains("it is bad");
        assertThat(hub.read("j/a")).isEqualTo("good");
        assertThat(hub.find("j/a")).isEqualTo(good);
        assertThat(hub.folder("state/rejected")).hasSize(1);
        assertThat(folder.resolve("state/rejected")
                        .resolve(hub.folder("state/rejected").get(0)))
                .hasContent("bad bytes");
        hub.topics();
        hub.check("");
        hub.restart();
        hub.check("");
        assertThat(hub.topics()).isEmpty();
        assertThat(hub.find("j/a")).isEqualTo(good);
    }

    @Test
    void shouldRestoreAValidVersionThatWasWrittenExternally() throws Exception {
        refuseBad("j/**");
        hub.write("j/a", "good");
        hub.check("");
        hub.write("j/a", "bad");
        hub.check("");

        assertThat(hub.topics()).containsExactly("file.created/j/a", "file.rejected/j/a");
        assertThat(hub.read("j/a")).isEqualTo("good");
    }

    @Test
    void shouldDetectAnEditRightAfterTheHubsRename() throws Exception {
        refuseBad("j/**");
        hub.atMove = () -> edit("by hand");
        hub.put("j/a", "uploaded");
        hub.atMove = () -> {};
        hub.check("");
        assertThat(hub.topics()).containsExactly("file.created/j/a", "file.updated/j/a");

        hub.write("j/a", "bad");
        hub.atMove = () -> edit("by hand again");
        hub.check("");
        hub.atMove = () -> {};
        hub.check("");
        assertThat(hub.topics()).containsExactly("file.rejected/j/a", "file.updated/j/a");
        assertThat(hub.read("j/a")).isEqualTo("by hand again");
    }

    private void edit(String text) {
        try {
            hub.write("j/a", text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldDeleteARejectedFileWithoutAGoodVersion() throws Exception {
        refuseBad("j/**");
        hub.write("j/a", "bad");
        hub.check("");

        assertThat(hub.topics()).containsExactly("file.rejected/j/a");
        assertThat(hub.file("j/a")).doesNotExist();
        hub.check("");
        assertThat(hub.topics()).isEmpty();
    }

    @Test
    void shouldPublishTheDeletionOfARejectedRecordWithoutACopy() throws Exception {
        hub.put("j/a", "was not validated");
        hub.topics();
        refuseBad("j/**");
        hub.write("j/a", "bad");
        hub.check("");

        assertThat(hub.topics()).containsExactly("file.rejected/j/a", "file.deleted/j/a");
        assertThat(hub.file("j/a")).doesNotExist();
    }

    @Test
    void shouldPostponeAnExternalChangeWhileItsValidatorIsUnavailable() throws Exception {
        hub.validators.require("test", RequiredValidator.parse("strict: j/**"));
        hub.write("j/a", "fine");

        assertThat(hub.check("")).containsExactly("j/a");
        assertThat(hub.topics()).isEmpty();
        refuseBad("j/**");
        assertThat(hub.check("")).isEmpty();
        assertThat(hub.topics()).containsExactly("file.created/j/a");
    }

    @Test
    void shouldNotRollBackAFileThatWasReplacedDuringItsValidation() throws Exception {
        hub.register("v", "1.0.0", "a", candidate -> {
            hub.write("a", "corrected since");
            return Verdict.refuse("bad");
        });
        hub.write("a", "bad");

        assertThat(hub.check("a")).containsExactly("a");
        assertThat(hub.file("a")).hasContent("corrected since");
        assertThat(hub.topics()).isEmpty();
    }

    @Test
    void shouldLimitTheRejectedFiles() throws Exception {
        refuseBad("**");
        for (int i = 0; i < 12; i++) {
            hub.write("f" + i, "bad");
            hub.check("f" + i);
        }
        assertThat(hub.folder("state/rejected")).hasSize(5);
    }

    @Test
    void shouldLimitTheCopiesOfGoodVersions() throws Exception {
        refuseBad("**");
        hub.put("large", "x".repeat(1 << 17));
        for (int i = 0; i < 40; i++) {
            hub.put("f" + i, "x".repeat(1 << 15));
            hub.put("f" + i, "y".repeat(1 << 15));
        }
        assertThat(hub.folder("state/good")).hasSizeLessThanOrEqualTo(32).isNotEmpty();
        for (int i = 0; i < 40; i++) {
            hub.delete("f" + i);
        }
        assertThat(hub.folder("state/good")).isEmpty();
    }

    @Test
    void shouldRestoreTheUsersFileWhenItIsDeleted() throws Exception {
        refuseBad("none");
        hub.register("users", "1.0.0", "broker_users.xml", candidate -> Verdict.accept());
        RecordVersion version = hub.put("broker_users.xml", "<users/>").get().version();
        hub.topics();
        Files.delete(hub.file("broker_users.xml"));
        assertThat(hub.read("broker_users.xml")).isEqualTo("<users/>");
        hub.check("broker_users.xml");

        assertThat(hub.file("broker_users.xml")).hasContent("<users/>");
        assertThat(hub.topics()).isEmpty();
        Files.delete(hub.file("broker_users.xml"));
        hub.restart();
        assertThat(hub.file("broker_users.xml")).hasContent("<users/>");
        assertThat(hub.find("broker_users.xml")).isEqualTo(version);
        assertThat(hub.delete("broker_users.xml").refusal().map(Refusal::reason))
                .contains(Reason.FORBIDDEN);
    }

    @Test
    void shouldServeTheActiveUsersFileUntilAnotherIsValidated() throws Exception {
        hub.register("users", "1.0.0", "broker_users.xml", candidate -> Verdict.accept());
        RecordVersion version = hub.put("broker_users.xml", "<good/>").get().version();
        Files.writeString(hub.file("broker_users.xml"), "<edited/>");

        assertThat(hub.read("broker_users.xml")).isEqualTo("<good/>");
        assertThat(hub.find("broker_users.xml")).isEqualTo(version);
        hub.check("");
        assertThat(hub.read("broker_users.xml")).isEqualTo("<edited/>");
    }

    @Test
    void shouldRejectAnEditOfAUsersFileThatOthersCanWrite() throws Exception {
        hub.register("users", "1.0.0", "broker_users.xml", candidate -> Verdict.accept());
        hub.put("broker_users.xml", "<good/>");
        assertThat(Files.getPosixFilePermissions(hub.file("broker_users.xml")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        hub.topics();
        Files.writeString(hub.file("broker_users.xml"), "<evil/>");
        Files.setPosixFilePermissions(hub.file("broker_users.xml"), PosixFilePermissions.fromString("rw-rw----"));
        hub.check("broker_users.xml");

        assertThat(hub.topics()).containsExactly("file.rejected/broker_users.xml");
        assertThat(hub.file("broker_users.xml")).hasContent("<good/>");
        Files.setPosixFilePermissions(hub.file(""), PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(hub.file("broker_users.xml"), "<evil/>");
        hub.check("broker_users.xml");
        assertThat(hub.file("broker_users.xml")).hasContent("<good/>");
    }

    @Test
    void shouldPublishALogThatNeverStopsChangingWhenForced() throws Exception {
        CompletableFuture<Void> stop = new CompletableFuture<>();
        hub.write("log", "start");
        Thread logger = new Thread(
                () -> {
                    while (!stop.isDone()) {
                        try {
                            Files.writeString(
                                    hub.file("log"), "line\n".repeat(10_000), java.nio.file.StandardOpenOption.APPEND);
                            if (Files.size(hub.file("log")) > 20_000_000) {
                                Files.writeString(hub.file("log"), "again");
                            }
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    }
                },
                "test-logger");
        logger.start();
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (hub.announced.size() < 3 && System.nanoTime() < deadline) {
                hub.check("log");
            }
        } finally {
            stop.complete(null);
            logger.join();
        }
        assertThat(hub.topics()).startsWith("file.created/log", "file.updated/log", "file.updated/log");
        hub.check("log");
        assertThat(hub.find("log").etag()).isPresent();
    }

    @Test
    void shouldNotPublishTwiceOnConcurrentChecks() throws Exception {
        for (int i = 0; i < 50; i++) {
            hub.write("d/f" + i, "x");
        }
        List<CompletableFuture<Void>> checks = java.util.stream.IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.runAsync(() -> {
                    try {
                        hub.disk.reconcile(path(i % 2 == 0 ? "" : "d"), Duration.ZERO, checkLater -> {});
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }))
                .toList();
        for (CompletableFuture<Void> check : checks) {
            check.get(20, TimeUnit.SECONDS);
        }
        hub.check("");
        assertThat(hub.topics()).hasSize(50).doesNotHaveDuplicates();
    }
}
