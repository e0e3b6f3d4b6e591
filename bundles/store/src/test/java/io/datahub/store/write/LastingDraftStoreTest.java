package io.datahub.store.write;

import static io.datahub.store.TestHub.ADMIN;
import static io.datahub.store.TestHub.path;
import static io.datahub.store.TestHub.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.LastingDrafts.Remaining;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.api.validation.Verdict;
import io.datahub.records.settings.Quota;
import io.datahub.records.validation.RequiredValidator;
import io.datahub.store.TestHub;
import io.datahub.store.core.FailPoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class LastingDraftStoreTest {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    private static WriteRequest request(
            User user, Precondition precondition, long length, Map<String, String> digests) {
        return new WriteRequest(user, "test", path("a/b"), precondition, OptionalLong.of(length), digests);
    }

    private static WriteRequest request(long length) {
        return request(ADMIN, Precondition.NONE, length, Map.of());
    }

    private String create(long length) throws IOException {
        return hub.lastingDrafts()
                .create(request(length), Map.of("note", "n"))
                .get()
                .name();
    }

    @Test
    void shouldRefuseNotesThatCannotBeStored() throws Exception {
        Map<String, String> notes = Map.of("note", "\u00fc".repeat(33_000));

        assertThat(hub.lastingDrafts().create(request(3), notes).refusal().map(Refusal::reason))
                .contains(Reason.BAD_REQUEST);
        try (Draft draft = hub.records.begin(request(3)).get()) {
            assertThat(hub.lastingDrafts().keep(draft, notes).refusal().map(Refusal::reason))
                    .contains(Reason.BAD_REQUEST);
        }
        assertThat(hub.metadata.failure()).isEmpty();
    }

    private LastingDraft state(String name) throws IOException {
        return hub.lastingDrafts().find(ADMIN, name).get();
    }

    private Draft resume(String name, long length) throws IOException {
        return resume(request(length), name);
    }

    private Draft resume(WriteRequest request, String name) throws IOException {
        return hub.lastingDrafts().resume(request, name, Remaining.RECEIVED).get();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends data that doesn't complete the upload. */
    private void send(String name, long length, String text) throws IOException {
        try (Draft draft = resume(name, length)) {
            assertThat(draft.append(bytes(text))).isEmpty();
        }
    }

    private Result<Change> finish(String name, long length, String text) throws IOException {
        try (Draft draft = resume(name, length)) {
            assertThat(draft.append(bytes(text))).isEmpty();
            return draft.commit();
        }
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    private List<String> leftovers() throws IOException {
        return hub.folder("state/uploads");
    }

    @Test
    void shouldCommitTheRecordWithTheLastAppend() throws Exception {
        String name = create(8);
        send(name, 8, "four");
        assertThat(state(name).size()).isEqualTo(4);
        assertThat(state(name).notes()).containsEntry("note", "n");
        assertThat(hub.announced).isEmpty();

        Change change = finish(name, 8, "more").get();

        assertThat(hub.read("a/b")).isEqualTo("fourmore");
        assertThat(hub.topics()).containsExactly("file.created/a/b");
        assertThat(change.user()).contains("ada");
        assertThat(change.version().sha256())
                .contains(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest("fourmore".getBytes(StandardCharsets.UTF_8))));
        assertThat(state(name).isCommitted()).isTrue();
        assertThat(state(name).etag()).isEqualTo(change.version().etag());
        assertThat(leftovers()).isEmpty();
        assertThat(hub.folder("state/staging")).isEmpty();
    }

    @Test
    void shouldResumeAfterAKill() throws Exception {
        String name = create(8);
        send(name, 8, "four");
        Draft cut = resume(name, 8);
        cut.append(bytes("m"));
        hub.kill();
        hub.start();

        assertThat(state(name).size()).isEqualTo(5);
        finish(name, 8, "ore").get();

        assertThat(hub.read("a/b")).isEqualTo("fourmore");
    }

    @Test
    void shouldKeepADraftAcrossAKill() throws Exception {
        hub.put("a/b", "abcdef");
        Draft cut = hub.records
                .edit(TestHub.request(ADMIN, "a/b", Precondition.NONE))
                .get();
        cut.write(1, bytes("B"));
        String name = hub.lastingDrafts().keep(cut, Map.of()).get().name();
        assertThat(hub.folder("state/staging")).isEmpty();
        hub.kill();
        hub.start();

        assertThat(hub.lastingDrafts().list(ADMIN, path("a/b")).get(0).name()).isEqualTo(name);
        try (Draft draft = resume(TestHub.request(ADMIN, "a/b", Precondition.NONE), name)) {
            assertThat(draft.baseEtag()).isEqualTo(hub.find("a/b").etag());
            draft.append(bytes("g"));
            draft.commit().get();
        }
        assertThat(hub.read("a/b")).isEqualTo("aBcdefg");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void shouldKeepItsPathIfKilledBeforeItIsCommittedUnderAnother() throws Exception {
        WriteRequest renamed = TestHub.request(ADMIN, "a/c", Precondition.NONE);
        for (FailPoints.Step step : List.of(FailPoints.Step.VALIDATED, FailPoints.Step.INTENDED)) {
            Draft cut = hub.records
                    .edit(TestHub.request(ADMIN, "a/b", Precondition.NONE))
                    .get();
            cut.append(bytes("four"));
            String name = hub.lastingDrafts().keep(cut, Map.of()).get().name();
            hub.killAt(step, 1);
            assertThatThrownBy(() -> resume(renamed, name).commit()).isInstanceOf(TestHub.Killed.class);
            hub.kill();
            hub.start();

            assertThat(state(name).path()).isEqualTo(path("a/b"));
            try (Draft draft = resume(renamed, name)) {
                assertThat(draft.sync()).isEmpty();
                hub.kill();
            }
            hub.start();
            assertThat(state(name).path()).isEqualTo(path("a/c"));
            hub.lastingDrafts().remove(ADMIN, name);
        }
    }

    @Test
    void shouldNotMixBytesOfTwoVersionsOverRequests() throws Exception {
        hub.put("a/b", "abcdef");
        Draft cut = hub.records
                .edit(TestHub.request(ADMIN, "a/b", Precondition.NONE))
                .get();
        cut.write(1, bytes("B"));
        String name = hub.lastingDrafts().keep(cut, Map.of()).get().name();
        hub.put("a/b", "newer!");

        WriteRequest request = TestHub.request(ADMIN, "a/b", Precondition.NONE);
        assertThat(reason(hub.lastingDrafts().resume(request, name, Remaining.RECEIVED)))
                .isEqualTo(Reason.PRECONDITION_FAILED);
        try (Draft copy = resume(TestHub.request(ADMIN, "a/c", Precondition.NONE), name)) {
            copy.commit().get();
        }
        assertThat(hub.read("a/c")).isEqualTo("aBcdef");
        assertThat(hub.read("a/b")).isEqualTo("newer!");
    }

    @Test
    void shouldNotLeakBytesThroughAnotherPath() throws Exception {
        hub.put("a/b", "secret");
        User blind = user("blind", Action.WRITE, "a/", Action.READ, "a/c");
        Draft cut = hub.records
                .edit(TestHub.request(blind, "a/b", Precondition.NONE))
                .get();
        cut.append(bytes("x"));
        String name = hub.lastingDrafts().keep(cut, Map.of()).get().name();

        assertThat(reason(hub.lastingDrafts()
                        .resume(TestHub.request(blind, "a/c", Precondition.NONE), name, Remaining.RECEIVED)))
                .isEqualTo(Reason.FORBIDDEN);
        WriteRequest elsewhere = TestHub.request(blind, "a/c", Precondition.NONE);
        assertThat(reason(hub.lastingDrafts().join(elsewhere, List.of(name), Map.of())))
                .isEqualTo(Reason.FORBIDDEN);
        try (Draft draft = resume(TestHub.request(blind, "a/b", Precondition.NONE), name)) {
            assertThat(reason(draft.read(0, ByteBuffer.allocate(6)))).isEqualTo(Reason.FORBIDDEN);
        }
    }

    @Test
    void shouldLimitKeptDraftsPerUserAndCountThemTowardsQuotas() throws Exception {
        hub.configure("maxLastingDrafts", 1, "quotas", Quota.parse("/: 10"));
        Draft first = hub.records
                .begin(TestHub.request(ADMIN, "a/1", Precondition.NONE))
                .get();
        first.append(bytes("12345678"));
        String name = hub.lastingDrafts().keep(first, Map.of()).get().name();
        Draft second = hub.records
                .begin(TestHub.request(ADMIN, "a/2", Precondition.NONE))
                .get();

        assertThat(reason(hub.lastingDrafts().keep(second, Map.of()))).isEqualTo(Reason.TOO_MANY);
        assertThat(second.append(bytes("123")).orElseThrow().reason()).isEqualTo(Reason.NO_ROOM);
        second.close();
        hub.restart();
        assertThat(reason(hub.put("a/2", "123"))).isEqualTo(Reason.NO_ROOM);
        try (Draft renamed = resume(TestHub.request(ADMIN, "a/3", Precondition.NONE), name)) {
            assertThat(renamed.append(bytes("90"))).isEmpty();
            assertThat(renamed.append(bytes("1")).orElseThrow().reason()).isEqualTo(Reason.NO_ROOM);
        }
        hub.lastingDrafts().remove(ADMIN, name);
        assertThat(hub.put("a/2", "123").refusal()).isEmpty();
    }

    @Test
    void shouldKeepBytesReceivedBeforeADisconnect() throws Exception {
        String name = create(8);
        Draft cut = resume(name, 8);
        cut.append(bytes("four"));
        cut.close();

        assertThat(state(name).size()).isEqualTo(4);
    }

    @Test
    void shouldDiscardUnsyncedBytesAfterAKill() throws Exception {
        String name = create(8);
        send(name, 8, "f");
        Draft draft =
                hub.lastingDrafts().resume(request(8), name, Remaining.SYNCED).get();
        draft.append(bytes("o"));
        assertThat(draft.sync()).isEmpty();
        draft.append(bytes("xx"));
        hub.kill();
        hub.start();

        assertThat(state(name).size()).isEqualTo(2);
        assertThat(leftovers()).containsExactly(name);
        finish(name, 8, "urmore").get();
        assertThat(hub.read("a/b")).isEqualTo("fourmore");
    }

    @Test
    void shouldStartAndDiscardBytesOfWhichTheNumberIsLost() throws Exception {
        String name = create(4);
        send(name, 4, "fo");
        hub.kill();
        Files.createFile(folder.resolve("state/uploads/" + name + ".unchecked"));
        hub.start();

        assertThat(state(name).size()).isZero();
        finish(name, 4, "four").get();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void shouldEndADraftWhoseFileCanNotBeFlushed() throws Exception {
        hub.configure("maxUploadsPerUser", 1);
        String name = create(8);
        send(name, 8, "f");
        for (Remaining remaining : Remaining.values()) {
            Draft draft =
                    hub.lastingDrafts().resume(request(8), name, remaining).get();
            draft.append(bytes("o"));
            assertThat(draft.sync()).isEmpty();
            draft.append(bytes("u"));
            Thread.currentThread().interrupt();
            draft.close();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(state(name).size()).isEqualTo(remaining == Remaining.SYNCED ? 2 : 3);
            try (Draft next = resume(name, 8)) {
                assertThat(next.truncate(1)).isEmpty();
            }
        }
        finish(name, 8, "ourmore").get();
        assertThat(hub.read("a/b")).isEqualTo("fourmore");
    }

    @Test
    void shouldRefuseOtherRequestsDuringTheCommit() throws Exception {
        String name = create(4);
        List<Reason> reasons = new ArrayList<>();
        hub.atIntent = () -> {
            try {
                reasons.add(reason(hub.lastingDrafts().resume(request(4), name, Remaining.RECEIVED)));
                reasons.add(reason(hub.lastingDrafts().remove(ADMIN, name)));
                assertThat(hub.lastingDrafts().release(ADMIN, name).get().isCommitted())
                        .isFalse();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };

        finish(name, 4, "four").get();

        assertThat(reasons).containsExactly(Reason.UNAVAILABLE, Reason.UNAVAILABLE);
        assertThat(state(name).isCommitted()).isTrue();
    }

    @Test
    void shouldNotEndTheCommitOfTheRequestThatTookOver() throws Exception {
        String name = create(4);
        Draft stale = resume(name, 4);
        List<Reason> reasons = new ArrayList<>();
        hub.atIntent = () -> {
            try {
                reasons.add(reason(stale.commit()));
                reasons.add(reason(stale.validate()));
                reasons.add(reason(hub.lastingDrafts().resume(request(4), name, Remaining.RECEIVED)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };

        finish(name, 4, "four").get();

        assertThat(reasons).containsExactly(Reason.CONFLICT, Reason.CONFLICT, Reason.UNAVAILABLE);
        assertThat(hub.read("a/b")).isEqualTo("four");
    }

    @Test
    void shouldKeepADraftThatAValidatorRefused() throws Exception {
        hub.register("strict", "1.0.0", "**", candidate -> Verdict.refuse("no"));
        String name = create(4);

        assertThat(reason(finish(name, 4, "four"))).isEqualTo(Reason.INVALID);

        assertThat(state(name).size()).isEqualTo(4);
        assertThat(hub.announced).isEmpty();
        hub.lastingDrafts().remove(ADMIN, name);
        assertThat(leftovers()).isEmpty();
        hub.restart();
        assertThat(reason(hub.lastingDrafts().find(ADMIN, name))).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void shouldRetryTheCommitWhenAValidatorIsAvailableAgain() throws Exception {
        hub.validators.require("test", RequiredValidator.parse("away: **"));
        String name = create(4);

        assertThat(reason(finish(name, 4, "four"))).isEqualTo(Reason.UNAVAILABLE);

        assertThat(state(name).isCommitted()).isFalse();
        hub.validators.require("test", List.of());
        try (Draft draft = resume(name, 4)) {
            assertThat(draft.truncate(3)).isEmpty();
            assertThat(draft.append(bytes("r"))).isEmpty();
            draft.commit().get();
        }
        assertThat(hub.read("a/b")).isEqualTo("four");
    }

    @Test
    void shouldRefuseToResumeWithoutTheGrant() throws Exception {
        User bob = user("bob", Action.CREATE, "a/");
        String name = hub.lastingDrafts()
                .create(request(bob, Precondition.NONE, 8, Map.of()), Map.of())
                .get()
                .name();

        WriteRequest without = request(user("bob"), Precondition.NONE, 8, Map.of());
        assertThat(reason(hub.lastingDrafts().resume(without, name, Remaining.RECEIVED)))
                .isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldRefuseToBeginAnUploadThatCanNotSucceed() throws Exception {
        User bob = user("bob", Action.CREATE, "other/");
        assertThat(reason(hub.lastingDrafts().create(request(bob, Precondition.NONE, 8, Map.of()), Map.of())))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(hub.lastingDrafts().create(request(1L << 40), Map.of())))
                .isEqualTo(Reason.TOO_LARGE);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void shouldEvaluateThePreconditionAtTheCommit() throws Exception {
        WriteRequest absent = request(ADMIN, current -> current.isEmpty(), 4, Map.of());
        String name = hub.lastingDrafts().create(absent, Map.of()).get().name();
        try (Draft draft = resume(absent, name)) {
            draft.append(bytes("four"));
            hub.put("a/b", "first");

            assertThat(reason(draft.commit())).isEqualTo(Reason.PRECONDITION_FAILED);
        }
        assertThat(hub.read("a/b")).isEqualTo("first");
    }

    @Test
    void shouldRefuseMoreThanItsLength() throws Exception {
        String name = create(4);
        try (Draft draft = resume(name, 4)) {
            assertThat(draft.append(bytes("fours")).orElseThrow().reason()).isEqualTo(Reason.BAD_REQUEST);
            assertThat(reason(draft.commit())).isEqualTo(Reason.BAD_REQUEST);
        }
        finish(name, 4, "four").get();
    }

    @Test
    void shouldExpireWithoutNewData() throws Exception {
        String name = create(8);
        String done = create(4);
        finish(done, 4, "four").get();
        hub.deleteExpired(Instant.now().plus(Duration.ofHours(23)));
        assertThat(state(name).size()).isZero();

        hub.deleteExpired(Instant.now().plus(Duration.ofHours(25)));

        assertThat(reason(hub.lastingDrafts().find(ADMIN, name))).isEqualTo(Reason.NOT_FOUND);
        assertThat(reason(hub.lastingDrafts().find(ADMIN, done))).isEqualTo(Reason.NOT_FOUND);
        assertThat(leftovers()).isEmpty();
        assertThat(hub.read("a/b")).isEqualTo("four");
    }

    @Test
    void shouldLeaveNoFileWhenRemoved() throws Exception {
        String name = create(8);
        send(name, 8, "four");

        assertThat(hub.lastingDrafts().remove(ADMIN, name).refusal()).isEmpty();

        assertThat(leftovers()).isEmpty();
    }

    @Test
    void shouldBeDoneWhenTheCommitFailsAfterTheRename() throws Exception {
        hub.configure("maxLastingDrafts", 1);
        String name = create(4);
        hub.atMove = () -> {
            throw new UncheckedIOException(new IOException("no more"));
        };

        assertThatThrownBy(() -> finish(name, 4, "four")).isInstanceOf(UncheckedIOException.class);

        hub.atMove = () -> {};
        assertThat(state(name).isCommitted()).isTrue();
        assertThat(state(name).size()).isEqualTo(4);
        assertThat(hub.read("a/b")).isEqualTo("four");
        create(4);
    }

    @Test
    void shouldBeDoneWhenKilledAfterTheRename() throws Exception {
        for (FailPoints.Step step : List.of(FailPoints.Step.MOVED, FailPoints.Step.FLUSHED, FailPoints.Step.INDEXED)) {
            String name = create(4);
            hub.killAt(step, 1);
            assertThatThrownBy(() -> finish(name, 4, "four")).isInstanceOf(TestHub.Killed.class);
            hub.kill();
            hub.start();

            assertThat(state(name).isCommitted()).isTrue();
            assertThat(hub.read("a/b")).isEqualTo("four");
            hub.delete("a/b");
        }
    }

    @Test
    void shouldNotBeDoneWhenKilledBeforeTheRename() throws Exception {
        for (FailPoints.Step step :
                List.of(FailPoints.Step.STAGED, FailPoints.Step.VALIDATED, FailPoints.Step.INTENDED)) {
            String name = create(4);
            hub.killAt(step, 1);
            assertThatThrownBy(() -> finish(name, 4, "four")).isInstanceOf(TestHub.Killed.class);
            hub.kill();
            hub.start();

            assertThat(state(name).size()).isEqualTo(4);
            try (Draft draft = resume(name, 4)) {
                draft.commit().get();
            }
            assertThat(hub.read("a/b")).isEqualTo("four");
            hub.delete("a/b");
        }
    }

    @Test
    void shouldLimitUnfinishedUploadsPerUser() throws Exception {
        hub.configure("maxLastingDrafts", 2);
        create(4);
        String second = create(4);

        assertThat(reason(hub.lastingDrafts().create(request(4), Map.of()))).isEqualTo(Reason.TOO_MANY);

        hub.lastingDrafts().remove(ADMIN, second);
        assertThat(hub.lastingDrafts().create(request(4), Map.of()).isRefused()).isFalse();
    }

    @Test
    void shouldDeleteOrphanedFiles() throws Exception {
        hub.stop();
        Files.writeString(folder.resolve("state/uploads/stray"), "x");
        hub.start();

        assertThat(leftovers()).isEmpty();
    }
}
