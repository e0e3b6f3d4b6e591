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
import io.datahub.api.record.PartialUpload;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.ResumableUploads.Continuation;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.api.validation.Verdict;
import io.datahub.store.TestHub;
import io.datahub.store.core.FailPoints;
import io.datahub.store.validation.RequiredValidator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumableUploadStoreTest {

    @TempDir
    Path folder;

    private TestHub hub;

    @BeforeEach
    void start() throws IOException {
        hub = new TestHub(folder);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private static WriteRequest request(
            User user, Precondition precondition, long length, Map<String, String> digests) {
        return new WriteRequest(user, "test", path("a/b"), precondition, OptionalLong.of(length), digests);
    }

    private static WriteRequest request(long length) {
        return request(ADMIN, Precondition.NONE, length, Map.of());
    }

    private String create(long length) throws IOException {
        return hub.resumableUploads()
                .create(request(length), Map.of("note", "n"))
                .get()
                .name();
    }

    private PartialUpload state(String name) throws IOException {
        return hub.resumableUploads().find(ADMIN, name).get();
    }

    private Continuation resume(String name, long length, long offset) throws IOException {
        return hub.resumableUploads().resume(request(length), name, offset).get();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends data that doesn't complete the upload. */
    private void send(String name, long length, long offset, String text) throws IOException {
        try (Continuation append = resume(name, length, offset)) {
            assertThat(append.write(bytes(text))).isEmpty();
            assertThat(append.keep().get()).isEqualTo(offset + text.length());
        }
    }

    private Result<Change> finish(String name, long length, long offset, String text) throws IOException {
        try (Continuation append = resume(name, length, offset)) {
            assertThat(append.write(bytes(text))).isEmpty();
            assertThat(append.keep().get()).isEqualTo(length);
            return append.commit();
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
        send(name, 8, 0, "four");
        assertThat(state(name).offset()).isEqualTo(4);
        assertThat(state(name).notes()).containsEntry("note", "n");
        assertThat(hub.announced).isEmpty();

        Change change = finish(name, 8, 4, "more").get();

        assertThat(hub.read("a/b")).isEqualTo("fourmore");
        assertThat(hub.topics()).containsExactly("file.created/a/b");
        assertThat(change.user()).contains("ada");
        assertThat(change.version().sha256())
                .contains(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest("fourmore".getBytes(StandardCharsets.UTF_8))));
        assertThat(state(name).isDone()).isTrue();
        assertThat(state(name).etag()).isEqualTo(change.version().etag());
        assertThat(leftovers()).isEmpty();
        assertThat(hub.folder("state/staging")).isEmpty();
    }

    @Test
    void shouldResumeAfterAKill() throws Exception {
        String name = create(8);
        send(name, 8, 0, "four");
        Continuation cut = resume(name, 8, 4);
        cut.write(bytes("m"));
        hub.kill();
        hub.start();

        assertThat(state(name).offset()).isEqualTo(5);
        finish(name, 8, 5, "ore").get();

        assertThat(hub.read("a/b")).isEqualTo("fourmore");
    }

    @Test
    void shouldKeepBytesReceivedBeforeADisconnect() throws Exception {
        String name = create(8);
        Continuation cut = resume(name, 8, 0);
        cut.write(bytes("four"));
        cut.close();

        assertThat(state(name).offset()).isEqualTo(4);
    }

    @Test
    void shouldDiscardAnAppendWithAWrongDigest() throws Exception {
        String name = create(8);
        send(name, 8, 0, "four");
        Continuation append = hub.resumableUploads()
                .resume(request(ADMIN, Precondition.NONE, 8, Map.of("SHA-1", "00")), name, 4)
                .get();
        append.write(bytes("m0re"));

        assertThat(reason(append.keep())).isEqualTo(Reason.BAD_REQUEST);
        assertThat(state(name).offset()).isEqualTo(4);
        finish(name, 8, 4, "more").get();
        assertThat(hub.read("a/b")).isEqualTo("fourmore");
    }

    @Test
    void shouldKeepAnAppendWithTheRightDigest() throws Exception {
        String name = create(8);
        String sha1 = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-1").digest("four".getBytes(StandardCharsets.UTF_8)));
        Continuation append = hub.resumableUploads()
                .resume(request(ADMIN, Precondition.NONE, 8, Map.of("SHA-1", sha1)), name, 0)
                .get();
        append.write(bytes("four"));

        assertThat(append.keep().get()).isEqualTo(4);
        assertThat(state(name).offset()).isEqualTo(4);
    }

    @Test
    void shouldDiscardUnverifiedBytesAfterAKill() throws Exception {
        String name = create(8);
        send(name, 8, 0, "fo");
        hub.resumableUploads()
                .resume(request(ADMIN, Precondition.NONE, 8, Map.of("SHA-1", "00")), name, 2)
                .get()
                .write(bytes("xx"));
        hub.kill();
        hub.start();

        assertThat(state(name).offset()).isEqualTo(2);
        assertThat(leftovers()).containsExactly(name);
        finish(name, 8, 2, "urmore").get();
        assertThat(hub.read("a/b")).isEqualTo("fourmore");
    }

    @Test
    void shouldRefuseAnAppendAtAnotherOffset() throws Exception {
        String name = create(8);
        send(name, 8, 0, "four");

        for (long offset : new long[] {0, 3, 5, 8}) {
            assertThat(reason(hub.resumableUploads().resume(request(8), name, offset)))
                    .isEqualTo(Reason.CONFLICT);
        }
    }

    @Test
    void shouldAllowALaterRequestToTakeOver() throws Exception {
        String name = create(8);
        Continuation old = resume(name, 8, 0);
        old.write(bytes("four"));

        Continuation newer = resume(name, 8, 4);

        assertThat(old.write(bytes("x")).orElseThrow().reason()).isEqualTo(Reason.CONFLICT);
        assertThat(reason(old.keep())).isEqualTo(Reason.CONFLICT);
        old.close();
        newer.write(bytes("more"));
        assertThat(newer.keep().get()).isEqualTo(8);
        assertThat(newer.commit().isRefused()).isFalse();
        assertThat(hub.read("a/b")).isEqualTo("fourmore");
    }

    @Test
    void shouldRefuseOtherRequestsDuringTheCommit() throws Exception {
        String name = create(4);
        Continuation append = resume(name, 4, 0);
        append.write(bytes("four"));
        append.keep();

        assertThat(state(name).offset()).isEqualTo(3);
        assertThat(reason(hub.resumableUploads().resume(request(4), name, 3))).isEqualTo(Reason.UNAVAILABLE);
        assertThat(reason(hub.resumableUploads().remove(ADMIN, name))).isEqualTo(Reason.UNAVAILABLE);
        assertThat(append.commit().isRefused()).isFalse();
        assertThat(state(name).isDone()).isTrue();
    }

    @Test
    void shouldDeleteAnUploadThatAValidatorRefused() throws Exception {
        hub.register("strict", "1.0.0", "**", candidate -> Verdict.refuse("no"));
        String name = create(4);

        assertThat(reason(finish(name, 4, 0, "four"))).isEqualTo(Reason.INVALID);

        assertThat(reason(hub.resumableUploads().find(ADMIN, name))).isEqualTo(Reason.NOT_FOUND);
        assertThat(leftovers()).isEmpty();
        assertThat(hub.announced).isEmpty();
        hub.restart();
        assertThat(reason(hub.resumableUploads().find(ADMIN, name))).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void shouldKeepAllButTheLastByteWhenAValidatorIsUnavailable() throws Exception {
        hub.validators.require("test", RequiredValidator.parse("away: **"));
        String name = create(4);

        assertThat(reason(finish(name, 4, 0, "four"))).isEqualTo(Reason.UNAVAILABLE);

        assertThat(state(name).isDone()).isFalse();
        assertThat(state(name).offset()).isEqualTo(3);
        hub.validators.require("test", List.of());
        finish(name, 4, 3, "r").get();
        assertThat(hub.read("a/b")).isEqualTo("four");
    }

    @Test
    void shouldBeAccessibleToItsCreatorOnly() throws Exception {
        String name = create(8);
        User other = user("eve", Action.WRITE, "");

        assertThat(reason(hub.resumableUploads().find(other, name))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(hub.resumableUploads().remove(other, name))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(hub.resumableUploads().resume(request(other, Precondition.NONE, 8, Map.of()), name, 0)))
                .isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldRefuseToResumeWithoutTheGrant() throws Exception {
        User bob = user("bob", Action.CREATE, "a/");
        String name = hub.resumableUploads()
                .create(request(bob, Precondition.NONE, 8, Map.of()), Map.of())
                .get()
                .name();

        WriteRequest without = request(user("bob"), Precondition.NONE, 8, Map.of());
        assertThat(reason(hub.resumableUploads().resume(without, name, 0))).isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldRefuseToBeginAnUploadThatCanNotSucceed() throws Exception {
        User bob = user("bob", Action.CREATE, "other/");
        assertThat(reason(hub.resumableUploads().create(request(bob, Precondition.NONE, 8, Map.of()), Map.of())))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(hub.resumableUploads().create(request(1L << 40), Map.of())))
                .isEqualTo(Reason.TOO_LARGE);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void shouldEvaluateThePreconditionAtTheCommit() throws Exception {
        Precondition absent = current -> current.isEmpty();
        String name = hub.resumableUploads()
                .create(request(ADMIN, absent, 4, Map.of()), Map.of())
                .get()
                .name();
        Continuation append = hub.resumableUploads()
                .resume(request(ADMIN, absent, 4, Map.of()), name, 0)
                .get();
        append.write(bytes("four"));
        hub.put("a/b", "first");
        append.keep();

        assertThat(reason(append.commit())).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(hub.read("a/b")).isEqualTo("first");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void shouldRefuseMoreThanItsLength() throws Exception {
        String name = create(4);
        Continuation append = resume(name, 4, 0);

        assertThat(append.write(bytes("fours")).orElseThrow().reason()).isEqualTo(Reason.TOO_LARGE);
        assertThatThrownBy(append::commit).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldExpireWithoutNewData() throws Exception {
        String name = create(8);
        String done = create(4);
        finish(done, 4, 0, "four").get();
        hub.deleteExpired(Instant.now().plus(Duration.ofHours(23)));
        assertThat(state(name).offset()).isZero();

        hub.deleteExpired(Instant.now().plus(Duration.ofHours(25)));

        assertThat(reason(hub.resumableUploads().find(ADMIN, name))).isEqualTo(Reason.NOT_FOUND);
        assertThat(reason(hub.resumableUploads().find(ADMIN, done))).isEqualTo(Reason.NOT_FOUND);
        assertThat(leftovers()).isEmpty();
        assertThat(hub.read("a/b")).isEqualTo("four");
    }

    @Test
    void shouldBeDeletedWhenRemoved() throws Exception {
        String name = create(8);
        Continuation append = resume(name, 8, 0);
        append.write(bytes("four"));

        assertThat(hub.resumableUploads().remove(ADMIN, name).isRefused()).isFalse();

        assertThat(append.write(bytes("m")).orElseThrow().reason()).isEqualTo(Reason.CONFLICT);
        assertThat(leftovers()).isEmpty();
        assertThat(reason(hub.resumableUploads().find(ADMIN, name))).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void shouldBeDoneWhenKilledAfterTheRename() throws Exception {
        for (FailPoints.Step step : List.of(FailPoints.Step.MOVED, FailPoints.Step.FLUSHED, FailPoints.Step.INDEXED)) {
            String name = create(4);
            hub.killAt(step, 1);
            assertThatThrownBy(() -> finish(name, 4, 0, "four")).isInstanceOf(TestHub.Killed.class);
            hub.kill();
            hub.start();

            assertThat(state(name).isDone()).isTrue();
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
            assertThatThrownBy(() -> finish(name, 4, 0, "four")).isInstanceOf(TestHub.Killed.class);
            hub.kill();
            hub.start();

            assertThat(state(name).offset()).isEqualTo(3);
            finish(name, 4, 3, "r").get();
            assertThat(hub.read("a/b")).isEqualTo("four");
            hub.delete("a/b");
        }
    }

    @Test
    void shouldLimitUnfinishedUploadsPerUser() throws Exception {
        hub.configure("maxPartialUploads", 2);
        create(4);
        String second = create(4);

        assertThat(reason(hub.resumableUploads().create(request(4), Map.of()))).isEqualTo(Reason.TOO_MANY);

        hub.resumableUploads().remove(ADMIN, second);
        assertThat(hub.resumableUploads().create(request(4), Map.of()).isRefused())
                .isFalse();
    }

    @Test
    void shouldDeleteOrphanedFiles() throws Exception {
        hub.stop();
        Files.writeString(folder.resolve("state/uploads/stray"), "x");
        hub.start();

        assertThat(leftovers()).isEmpty();
    }
}
