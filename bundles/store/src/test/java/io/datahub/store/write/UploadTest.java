package io.datahub.store.write;

import static io.datahub.store.TestHub.ADMIN;
import static io.datahub.store.TestHub.path;
import static io.datahub.store.TestHub.request;
import static io.datahub.store.TestHub.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.store.TestHub;
import io.datahub.store.core.FailPoints.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class UploadTest {

    private static final Precondition ABSENT = current -> current.isEmpty();

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    private Change put(Optional<Instant> time) throws IOException {
        WriteRequest request = request(ADMIN, "a", Precondition.NONE).withClientModified(time);
        return hub.put(request, "hello").get();
    }

    @Test
    void shouldGiveTheFileTheTimeOfTheClient() throws Exception {
        Instant before = Instant.now();
        Instant time = Instant.parse("2020-01-02T03:04:05.678901234Z");
        RecordVersion version = put(Optional.of(time)).version();
        assertThat(Files.getLastModifiedTime(hub.file("a")).toInstant()).isEqualTo(time);
        assertThat(version.modified()).isBetween(before, Instant.now());
        assertThat(hub.check("a")).isEmpty();
        hub.restart();
        assertThat(hub.find("a")).isEqualTo(version);
        assertThat(hub.check("")).isEmpty();

        put(Optional.empty());
        assertThat(Files.getLastModifiedTime(hub.file("a")).toInstant()).isAfterOrEqualTo(before.minusMillis(100));
    }

    @Test
    void shouldRecoverAFileThatHasTheTimeOfTheClient() throws Exception {
        Instant before = Instant.now();
        Instant time = Instant.parse("2020-01-02T03:04:05Z");
        hub.killAt(Step.MOVED, 1);
        assertThatThrownBy(() -> put(Optional.of(time))).isInstanceOf(TestHub.Killed.class);
        hub.restart();
        hub.check("");
        assertThat(hub.journaled()).containsExactly("file.created/a");
        assertThat(hub.find("a").clientModified()).contains(time);
        assertThat(hub.find("a").modified()).isAfterOrEqualTo(before);
    }

    @Test
    void shouldNotGiveAFileATimeInTheFuture() throws Exception {
        Instant time = Instant.now().plus(Duration.ofDays(10));
        RecordVersion version = put(Optional.of(time)).version();
        assertThat(version.clientModified()).contains(time);
        assertThat(version.modified()).isBefore(time);
        assertThat(Files.getLastModifiedTime(hub.file("a")).toInstant()).isEqualTo(version.modified());
    }

    @Test
    void shouldStorePublishAndServeAnUpload() throws Exception {
        Change change = hub.put("builds/app.tgz", "hello").get();

        assertThat(change.type()).isEqualTo(Change.Type.CREATED);
        assertThat(change.cursor().sequence()).isEqualTo(1);
        assertThat(change.user()).contains("ada");
        assertThat(change.version().sha256())
                .contains("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        assertThat(change.json())
                .startsWith(
                        "{\"specversion\":\"1.0\",\"id\":\"" + change.cursor() + "\",\"sequence\":\"0000000000000000000"
                                + "1\",\"source\":\"/datahub\",\"type\":\"io.datahub.file.created\",\"subject\":\"builds/app.tgz\"")
                .contains(
                        "\"data\":{\"path\":\"builds/app.tgz\",\"url\":\"/files/builds/app.tgz\",\"size\":5,\"modified\":\"")
                .contains("\"user\":\"ada\",\"validators\":[]}}")
                .doesNotContain("\n");
        assertThat(hub.read("builds/app.tgz")).isEqualTo("hello");
        assertThat(hub.find("builds/app.tgz")).isEqualTo(change.version());
        assertThat(hub.topics()).containsExactly("file.created/builds/app.tgz");
        assertThat(hub.folder("state/staging")).isEmpty();
    }

    @Test
    void shouldBuildTheUrlWhenAnEntryIsReadSoThatItFollowsThePublicUrl() throws Exception {
        Change before = hub.put("a ,\"size\": b", "hello").get();

        hub.configure("urls", RecordUrls.of("https://hub.example/"));
        Change entry = hub.journal().get(0);
        Change after = hub.put("b", "hello").get();

        assertThat(before.url()).isEqualTo("/files/a%20,%22size%22:%20b");
        assertThat(entry.url()).isEqualTo("https://hub.example/files/a%20,%22size%22:%20b");
        assertThat(entry.json())
                .isEqualTo(before.json().replace("\"url\":\"" + before.url() + '"', "\"url\":\"" + entry.url() + '"'))
                .contains("\"data\":{\"path\":\"a ,\\\"size\\\": b\",\"url\":\"https://hub.example/files/a%20");
        assertThat(after.json()).contains("\"url\":\"https://hub.example/files/b\"");
    }

    @Test
    void shouldLinkVersionsWhenTheLinkFolderExists() throws Exception {
        hub.put("a", "unwanted");
        Path links = Files.createDirectories(hub.disk.servedLinks());
        RecordVersion version = hub.put("a", "hello").get().version();
        hub.put("b", "hello");

        long modified = ChronoUnit.NANOS.between(Instant.EPOCH, version.modified());
        Path link = links.resolve(version.sha256().orElseThrow() + "-" + modified);
        assertThat(link).hasContent("hello");
        assertThat(hub.folder("cache/served")).hasSize(2);
        assertThat(hub.find("a")).isEqualTo(version);

        hub.put("a", "other");

        assertThat(link).hasContent("hello");
        assertThat(hub.find("b").etag()).isPresent();
    }

    @Test
    void shouldGiveEachVersionItsOwnEntityTagEvenForTheSameBytes() throws Exception {
        Change first = hub.put("a", "same").get();
        Change second = hub.put("a", "same").get();

        assertThat(second.type()).isEqualTo(Change.Type.UPDATED);
        assertThat(second.version().etag())
                .isPresent()
                .isNotEqualTo(first.version().etag());
        assertThat(second.version().etag().orElseThrow()).startsWith("\"").endsWith("\"");
        assertThat(hub.topics()).containsExactly("file.created/a", "file.updated/a");
    }

    @Test
    void shouldFindNothingToPublishAfterAnUpload() throws Exception {
        hub.put("a/b", "x");
        hub.topics();

        assertThat(hub.check("a/b", Duration.ofSeconds(5))).isEmpty();
        assertThat(hub.check("")).isEmpty();
        assertThat(hub.topics()).isEmpty();
    }

    @Test
    void shouldHideWhetherARecordExistsFromUsersWithoutWriteGrant() throws Exception {
        hub.put("a", "x");
        User nobody = user("nobody", Action.READ, "");

        assertThat(reason(hub.put(request(nobody, "a", Precondition.NONE), "y")))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(hub.put(request(nobody, "b", Precondition.NONE), "y")))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(hub.put(request(nobody, "b", ABSENT), "y"))).isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldAllowCreatorsToCreateButNotToReplace() throws Exception {
        User creator = user("c", Action.CREATE, "c/");

        assertThat(hub.put(request(creator, "c/a", Precondition.NONE), "1").isRefused())
                .isFalse();
        Result<Change> again = hub.put(request(creator, "c/a", Precondition.NONE), "2");
        assertThat(reason(again)).isEqualTo(Reason.FORBIDDEN);
        assertThat(again.refusal().orElseThrow().detail()).contains("already exists");
        assertThat(hub.read("c/a")).isEqualTo("1");
    }

    @Test
    void shouldEvaluateThePreconditionAgainAtTheCommit() throws Exception {
        Draft upload = hub.records.begin(request(ADMIN, "a", ABSENT)).get();
        upload.append(ByteBuffer.wrap(new byte[] {1}));
        hub.put("a", "faster");

        assertThat(reason(upload.commit())).isEqualTo(Reason.PRECONDITION_FAILED);
        upload.close();
        assertThat(hub.read("a")).isEqualTo("faster");
        assertThat(reason(hub.records.begin(request(ADMIN, "a", ABSENT)))).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(hub.folder("state/staging")).isEmpty();
    }

    @Test
    void shouldNotOverwriteAnEditOnDiskMadeAfterThePreconditionWasEvaluated() throws Exception {
        Path file = folder.resolve("files/a");
        hub.put("a", "first");
        hub.atIntent = () -> {
            try {
                Files.move(
                        Files.writeString(folder.resolve("edited"), "by hand"),
                        file,
                        StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };

        Result<Change> conditional = hub.put(request(ADMIN, "a", current -> current.isPresent()), "third");

        assertThat(reason(conditional)).isEqualTo(Reason.CONFLICT);
        assertThat(file).hasContent("by hand");
        assertThat(hub.put(request(ADMIN, "a", Precondition.NONE), "fourth").isRefused())
                .isFalse();
        assertThat(file).hasContent("fourth");
    }

    @Test
    void shouldAllowExactlyOneOfManyConcurrentCreations() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Result<Change>>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String text = "writer " + i;
                all.add(threads.submit(() -> hub.put(request(ADMIN, "one", ABSENT), text)));
            }
            int won = 0;
            for (Future<Result<Change>> one : all) {
                won += one.get().isRefused() ? 0 : 1;
            }
            assertThat(won).isEqualTo(1);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void shouldSerializeWritersOfOnePathAndPublishEachVersionInOrder() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        Set<String> etags = new HashSet<>();
        try {
            List<Future<Result<Change>>> all = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                String text = "version " + i;
                all.add(threads.submit(() -> hub.put("hot", text)));
            }
            for (Future<Result<Change>> one : all) {
                etags.add(one.get().get().version().etag().orElseThrow());
            }
        } finally {
            threads.shutdown();
        }
        assertThat(etags).hasSize(60);
        assertThat(hub.announced).hasSize(60);
        assertThat(hub.announced)
                .extracting(change -> change.cursor().sequence())
                .isSorted();
        assertThat(hub.find("hot")).isEqualTo(hub.announced.get(59).version());
    }

    @Test
    void shouldServeOnlyCompleteVersionsWithTheirEntityTags() throws Exception {
        hub.put("hot", "v".repeat(1000));
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            Future<?> writer = threads.submit(() -> {
                for (int i = 0; i < 100; i++) {
                    hub.put("hot", String.valueOf((char) ('a' + i % 26)).repeat(1000 + i));
                }
                return null;
            });
            while (!writer.isDone()) {
                try (Reading reading = hub.records.open(ADMIN, path("hot")).get()) {
                    RecordVersion version = reading.version();
                    String text = TestHub.text(reading);
                    assertThat(version.etag()).isPresent();
                    assertThat(version.size()).isEqualTo(text.length());
                    assertThat(text.chars().distinct().count()).isEqualTo(1);
                }
            }
            writer.get();
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void shouldKeepServingTheOpenedVersionWhenItIsReplacedOrDeleted() throws Exception {
        hub.put("a", "old");
        try (Reading reading = hub.records.open(ADMIN, path("a")).get()) {
            hub.put("a", "new one");
            hub.delete("a");
            assertThat(TestHub.text(reading)).isEqualTo("old");
        }
    }

    @Test
    void shouldRefuseAWrongDigestAndStoreNothing() throws Exception {
        WriteRequest wrong = new WriteRequest(
                ADMIN, "test", path("deep/a"), Precondition.NONE, OptionalLong.empty(), Map.of("SHA-512", "00"));
        Result<Change> result = hub.put(wrong, "hello");

        assertThat(reason(result)).isEqualTo(Reason.BAD_REQUEST);
        assertThat(hub.file("deep")).doesNotExist();
        assertThat(hub.folder("state/staging")).isEmpty();
        assertThat(hub.topics()).isEmpty();
    }

    @Test
    void shouldAcceptTheRightDigestsInAnyCase() throws Exception {
        WriteRequest right = new WriteRequest(
                ADMIN,
                "test",
                path("a"),
                Precondition.NONE,
                OptionalLong.of(5),
                Map.of("SHA-256", "2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824"));

        assertThat(hub.put(right, "hello").isRefused()).isFalse();
    }

    @Test
    void shouldRefuseMoreOrFewerBytesThanAnnounced() throws Exception {
        WriteRequest six = new WriteRequest(ADMIN, "test", path("a"), Precondition.NONE, OptionalLong.of(6), Map.of());

        assertThat(reason(hub.put(six, "hello"))).isEqualTo(Reason.BAD_REQUEST);
        assertThat(reason(hub.put(six, "hello you"))).isEqualTo(Reason.BAD_REQUEST);
        assertThat(hub.file("a")).doesNotExist();
    }

    @Test
    void shouldRefuseAnUploadThatIsTooLargeAnnouncedOrNot() throws Exception {
        hub.configure("maxUploadBytes", 4L);
        WriteRequest six = new WriteRequest(ADMIN, "test", path("a"), Precondition.NONE, OptionalLong.of(6), Map.of());

        assertThat(reason(hub.records.begin(six))).isEqualTo(Reason.TOO_LARGE);
        assertThat(reason(hub.put("a", "hello"))).isEqualTo(Reason.TOO_LARGE);
        try (Draft far =
                hub.records.begin(request(ADMIN, "a", Precondition.NONE)).get()) {
            assertThat(far.write(Long.MAX_VALUE, ByteBuffer.allocate(1))
                            .orElseThrow()
                            .reason())
                    .isEqualTo(Reason.TOO_LARGE);
        }
        assertThat(hub.folder("state/staging")).isEmpty();
    }

    @Test
    void shouldRefuseAnUploadThatWouldUseTheReserve() throws Exception {
        hub.configure("reserveBytes", Long.MAX_VALUE / 2);

        assertThat(reason(hub.put("a", "hello"))).isEqualTo(Reason.NO_ROOM);
        assertThat(hub.health().ready()).isFalse();
    }

    @Test
    void shouldRefuseAFileInPlaceOfADirectoryAndTheReverse() throws Exception {
        hub.put("a/b", "x");

        assertThat(reason(hub.put("a", "y"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(hub.put("a/b/c", "y"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(hub.put("", "y"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(hub.records.find(ADMIN, path("a")))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(hub.records.find(ADMIN, path("a/b/c")))).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void shouldNotFollowLinks() throws Exception {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createSymbolicLink(hub.file("dir"), outside);
        Files.createSymbolicLink(hub.file("file"), outside.resolve("secret"));

        for (String path : List.of("dir/secret", "file", "dir")) {
            assertThat(reason(hub.records.open(ADMIN, path(path)))).isEqualTo(Reason.NOT_FOUND);
            assertThat(reason(hub.put(path, "y"))).isEqualTo(Reason.CONFLICT);
            assertThat(reason(hub.delete(path))).isEqualTo(Reason.CONFLICT);
        }
        assertThat(reason(hub.put("dir/new", "y"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(hub.records.list(ADMIN, path("dir"), "", 10))).isEqualTo(Reason.NOT_FOUND);
        assertThat(outside.resolve("secret")).hasContent("secret");
        assertThat(outside.resolve("new")).doesNotExist();
    }

    @Test
    void shouldNotServeTheReservedName() throws Exception {
        Files.createDirectory(hub.file(".datahub-staging"));
        Files.writeString(hub.file(".datahub-staging/x"), "x");

        assertThat(reason(hub.put(".datahub-staging/x", "y"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(hub.records.open(ADMIN, path(".datahub-staging/x")))).isEqualTo(Reason.NOT_FOUND);
        assertThat(hub.records.list(ADMIN, path(""), "", 10).get().entries()).isEmpty();
        hub.check("");
        hub.check(".datahub-staging/x");
        assertThat(hub.topics()).isEmpty();
    }

    @Test
    void shouldRefuseAPathThatIsTooLongForTheDisk() throws Exception {
        String deep = "d".repeat(200) + ("/" + "d".repeat(200)).repeat(19) + "/" + "e".repeat(70);

        assertThat(reason(hub.put(deep, "x"))).isEqualTo(Reason.BAD_REQUEST);
        assertThat(reason(hub.records.find(ADMIN, path(deep)))).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void shouldLeaveNothingOfAnUploadClosedBeforeItsCommit() throws Exception {
        Draft upload =
                hub.records.begin(request(ADMIN, "x/y", Precondition.NONE)).get();
        upload.append(ByteBuffer.wrap("half".getBytes(StandardCharsets.UTF_8)));
        upload.close();

        assertThat(hub.folder("state/staging")).isEmpty();
        assertThat(hub.folder("files")).isEmpty();
    }

    @Test
    void shouldReportAMissingFolderAndRecoverWhenItIsBack() throws Exception {
        hub.put("a", "x");
        hub.topics();
        Files.move(hub.root.resolve("files"), hub.root.resolve("gone"));

        Refusal refusal = hub.put("a", "y").refusal().orElseThrow();
        assertThat(refusal.reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(refusal.detail()).contains("missing").contains("restore").doesNotContain(hub.root.toString());
        assertThat(reason(hub.delete("a"))).isEqualTo(Reason.UNAVAILABLE);
        assertThat(reason(hub.records.open(ADMIN, path("a")))).isEqualTo(Reason.UNAVAILABLE);
        assertThatThrownBy(() -> hub.check("")).isInstanceOf(IOException.class);
        assertThat(hub.health().ready()).isFalse();
        Files.move(hub.root.resolve("gone"), hub.root.resolve("files"));

        hub.check("");
        assertThat(hub.topics()).isEmpty();
        assertThat(hub.put("a", "y").isRefused()).isFalse();
        assertThat(hub.health().ready()).isTrue();
    }

    @Test
    void shouldNotCommitForAUserWhoWasRemovedOrLostTheGrantDuringTheUpload() throws Exception {
        AtomicReference<Optional<User>> standing = new AtomicReference<>(Optional.of(TestHub.ADMIN));
        WriteRequest request = new WriteRequest(
                TestHub.ADMIN, "test", path("a"), Precondition.NONE, OptionalLong.empty(), Map.of(), standing::get);

        try (Draft upload = hub.records.begin(request).get()) {
            upload.append(ByteBuffer.wrap(new byte[] {1}));
            standing.set(Optional.empty());
            assertThat(upload.commit().refusal().orElseThrow().reason()).isEqualTo(Reason.UNAUTHENTICATED);
        }
        standing.set(Optional.of(TestHub.ADMIN));
        try (Draft upload = hub.records.begin(request).get()) {
            upload.append(ByteBuffer.wrap(new byte[] {1}));
            standing.set(Optional.of(TestHub.user("ada", Action.CREATE, "b/")));
            assertThat(upload.commit().refusal().orElseThrow().reason()).isEqualTo(Reason.FORBIDDEN);
        }

        assertThat(hub.root.resolve("files/a")).doesNotExist();
        assertThat(hub.announced).isEmpty();
    }
}
