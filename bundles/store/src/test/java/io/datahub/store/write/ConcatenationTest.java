package io.datahub.store.write;

import static io.datahub.store.TestHub.ADMIN;
import static io.datahub.store.TestHub.path;
import static io.datahub.store.TestHub.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.PartialUpload;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.ResumableUploads;
import io.datahub.api.record.ResumableUploads.Concatenation;
import io.datahub.api.record.ResumableUploads.Continuation;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.api.validation.Verdict;
import io.datahub.store.TestHub;
import io.datahub.store.core.FailPoints;
import io.datahub.store.settings.Quota;
import io.datahub.store.validation.RequiredValidator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads whose length is declared late, and concatenation of parts. */
class ConcatenationTest {

    private static final OptionalLong UNKNOWN = OptionalLong.empty();

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

    private ResumableUploads uploads() {
        return hub.resumableUploads();
    }

    private static WriteRequest request(User user, RecordPath path, OptionalLong length) {
        return new WriteRequest(user, "test", path, Precondition.NONE, length, Map.of());
    }

    private static WriteRequest request(OptionalLong length) {
        return request(ADMIN, path("a/b"), length);
    }

    private static WriteRequest part(OptionalLong length) {
        return request(ADMIN, RecordPath.ROOT, length);
    }

    private static OptionalLong of(long length) {
        return OptionalLong.of(length);
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    private long send(WriteRequest request, String name, long offset, String text) throws IOException {
        try (Continuation append = uploads().resume(request, name, offset).get()) {
            assertThat(append.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))))
                    .isEmpty();
            return append.keep().get();
        }
    }

    private String part(String text) throws IOException {
        String name =
                uploads().createPart(part(of(text.length())), Map.of()).get().name();
        assertThat(send(part(of(text.length())), name, 0, text)).isEqualTo(text.length());
        return name;
    }

    private PartialUpload state(String name) throws IOException {
        return uploads().find(ADMIN, name).get();
    }

    private Result<Concatenation> join(String... parts) throws IOException {
        return uploads().concatenate(request(UNKNOWN), List.of(parts), Map.of("note", "n"));
    }

    private List<String> leftovers() throws IOException {
        return hub.folder("state/uploads");
    }

    @Test
    void shouldAcceptTheLengthWithTheLastAppend() throws Exception {
        String name = uploads().create(request(UNKNOWN), Map.of()).get().name();
        assertThat(send(request(UNKNOWN), name, 0, "four")).isEqualTo(4);
        assertThat(state(name).length()).isEmpty();
        assertThat(state(name).offset()).isEqualTo(4);
        hub.kill();
        hub.start();

        assertThat(reason(uploads().resume(request(of(3)), name, 4))).isEqualTo(Reason.BAD_REQUEST);
        assertThat(reason(uploads().resume(request(of(8)), name, 3))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(uploads().resume(request(of(1L << 50)), name, 4))).isEqualTo(Reason.TOO_LARGE);
        assertThat(state(name).length()).isEmpty();
        send(request(of(8)), name, 4, "mo");
        hub.kill();
        hub.start();

        assertThat(state(name).length()).hasValue(8);
        assertThat(reason(uploads().resume(request(of(9)), name, 6))).isEqualTo(Reason.BAD_REQUEST);
        try (Continuation last = uploads().resume(request(UNKNOWN), name, 6).get()) {
            last.write(ByteBuffer.wrap("re".getBytes(StandardCharsets.UTF_8)));
            last.keep().get();
            last.commit().get();
        }
        assertThat(hub.read("a/b")).isEqualTo("fourmore");
        assertThat(state(name).isDone()).isTrue();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void shouldCommitWhenOnlyTheLengthWasMissing() throws Exception {
        String name = uploads().create(request(UNKNOWN), Map.of()).get().name();
        send(request(UNKNOWN), name, 0, "four");

        try (Continuation nothing = uploads().resume(request(of(4)), name, 4).get()) {
            assertThat(nothing.keep().get()).isEqualTo(4);
            nothing.commit().get();
        }

        assertThat(hub.read("a/b")).isEqualTo("four");
    }

    @Test
    void shouldEnforceSizeAndQuotaOnAnUploadOfUnknownLength() throws Exception {
        hub.configure(
                "maxUploadBytes", 6L, "quotas", List.of(Quota.parse("a/: 5").get(0)));
        String name = uploads().create(request(UNKNOWN), Map.of()).get().name();
        try (Continuation append = uploads().resume(request(UNKNOWN), name, 0).get()) {
            assertThat(append.write(ByteBuffer.wrap(new byte[4]))).isEmpty();
            assertThat(append.write(ByteBuffer.wrap(new byte[2])).orElseThrow().reason())
                    .isEqualTo(Reason.NO_ROOM);
            assertThat(append.write(ByteBuffer.wrap(new byte[3])).orElseThrow().reason())
                    .isEqualTo(Reason.TOO_LARGE);
        }
        assertThat(reason(uploads().resume(request(of(6)), name, 4))).isEqualTo(Reason.NO_ROOM);
        assertThat(state(name).offset()).isEqualTo(4);
        assertThat(state(name).length()).isEmpty();
    }

    @Test
    void shouldConcatenatePartsToOneRecord() throws Exception {
        String first = part("four");
        String second = part("more");
        assertThat(state(first).offset()).isEqualTo(4);
        assertThat(state(first).isDone()).isFalse();
        assertThat(hub.announced).isEmpty();

        Concatenation joined = join(first, second, first).get();

        assertThat(hub.read("a/b")).isEqualTo("fourmorefour");
        assertThat(hub.topics()).containsExactly("file.created/a/b");
        assertThat(joined.change().version().size()).isEqualTo(12);
        assertThat(state(joined.upload().name()).isDone()).isTrue();
        assertThat(state(joined.upload().name()).notes()).containsEntry("note", "n");
        assertThat(reason(uploads().find(ADMIN, first))).isEqualTo(Reason.NOT_FOUND);
        assertThat(leftovers()).isEmpty();
        hub.restart();
        assertThat(state(joined.upload().name()).etag())
                .isEqualTo(joined.change().version().etag());
        assertThat(reason(uploads().find(ADMIN, second))).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void shouldKeepPartsAfterAKill() throws Exception {
        String first = part("four");
        String second = uploads().createPart(part(UNKNOWN), Map.of()).get().name();
        send(part(UNKNOWN), second, 0, "mo");
        hub.kill();
        hub.start();

        assertThat(state(first).offset()).isEqualTo(4);
        send(part(of(4)), second, 2, "re");
        join(first, second).get();
        assertThat(hub.read("a/b")).isEqualTo("fourmore");
    }

    @Test
    void shouldKeepPartsWhenKilledDuringConcatenation() throws Exception {
        String first = part("four");
        String second = part("more");
        for (FailPoints.Step step :
                List.of(FailPoints.Step.STAGED, FailPoints.Step.VALIDATED, FailPoints.Step.INTENDED)) {
            hub.killAt(step, 1);
            assertThatThrownBy(() -> join(first, second)).isInstanceOf(TestHub.Killed.class);
            hub.kill();
            hub.start();
            assertThat(hub.file("a/b")).doesNotExist();
            assertThat(leftovers()).containsExactlyInAnyOrder(first, second);
        }

        join(first, second).get();
        assertThat(hub.read("a/b")).isEqualTo("fourmore");
        assertThat(hub.folder("state/staging")).isEmpty();
    }

    @Test
    void shouldRefuseInvalidConcatenations() throws Exception {
        String whole = uploads().create(request(of(4)), Map.of()).get().name();
        String begun = uploads().createPart(part(of(4)), Map.of()).get().name();
        String open = uploads().createPart(part(UNKNOWN), Map.of()).get().name();
        String done = part("four");
        send(part(of(4)), begun, 0, "fo");

        assertThat(reason(join(done, begun))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(join(done, open))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(join(done, whole))).isEqualTo(Reason.BAD_REQUEST);
        assertThat(reason(join(done, "0".repeat(32)))).isEqualTo(Reason.NOT_FOUND);
        User eve = user("eve", Action.WRITE, "");
        assertThat(reason(uploads().concatenate(request(eve, path("a/b"), UNKNOWN), List.of(done), Map.of())))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(hub.announced).isEmpty();
        join(done).get();
    }

    @Test
    void shouldValidateTheRecordButNotItsParts() throws Exception {
        hub.register("strict", "1.0.0", "**", candidate -> Verdict.refuse("no"));
        String part = part("four");

        assertThat(reason(join(part))).isEqualTo(Reason.INVALID);
        assertThat(state(part).offset()).isEqualTo(4);
        assertThat(hub.folder("state/staging")).isEmpty();
    }

    @Test
    void shouldKeepPartsWhileAValidatorIsUnavailable() throws Exception {
        hub.validators.require("test", RequiredValidator.parse("away: **"));
        String part = part("four");

        assertThat(reason(join(part))).isEqualTo(Reason.UNAVAILABLE);
        hub.validators.require("test", List.of());
        join(part).get();
        assertThat(hub.read("a/b")).isEqualTo("four");
    }

    @Test
    void shouldRequireAGrantForTheRecordAndAnyWriteGrantForAPart() throws Exception {
        User reader = user("r", Action.READ, "");
        assertThat(reason(uploads().createPart(request(reader, RecordPath.ROOT, of(4)), Map.of())))
                .isEqualTo(Reason.FORBIDDEN);
        User bob = user("bob", Action.CREATE, "bob/");
        WriteRequest request = request(bob, RecordPath.ROOT, of(4));
        String part = uploads().createPart(request, Map.of()).get().name();
        send(request, part, 0, "four");

        assertThat(reason(uploads().concatenate(request(bob, path("a/b"), UNKNOWN), List.of(part), Map.of())))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(uploads()
                        .concatenate(request(bob, path("bob/x"), UNKNOWN), List.of(part), Map.of())
                        .isRefused())
                .isFalse();
    }

    @Test
    void shouldCountPartsTowardsQuotasOnceAndLimitTheSizeOfTheRecord() throws Exception {
        hub.configure("maxUploadBytes", 8L, "quotas", Quota.parse("/: 12"));
        String first = part("12345");
        String second = part("12345");

        assertThat(reason(uploads().createPart(part(of(3)), Map.of()))).isEqualTo(Reason.NO_ROOM);
        assertThat(reason(uploads().createPart(part(of(9)), Map.of()))).isEqualTo(Reason.TOO_LARGE);
        assertThat(reason(join(first, second))).isEqualTo(Reason.TOO_LARGE);
        assertThat(reason(uploads().createPart(part(of(3)), Map.of()))).isEqualTo(Reason.NO_ROOM);
        hub.configure("maxUploadBytes", 12L, "quotas", Quota.parse("/: 12"));
        join(first, second).get();
        assertThat(hub.read("a/b")).isEqualTo("1234512345");
    }

    @Test
    void shouldExpireParts() throws Exception {
        String part = part("four");

        hub.deleteExpired(Instant.now().plus(Duration.ofHours(25)));

        assertThat(reason(uploads().find(ADMIN, part))).isEqualTo(Reason.NOT_FOUND);
        assertThat(reason(join(part))).isEqualTo(Reason.NOT_FOUND);
        assertThat(leftovers()).isEmpty();
    }
}
