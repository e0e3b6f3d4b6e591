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
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.LastingDrafts.Joined;
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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Drafts whose length is declared late, and drafts that are made of others. */
class DraftJoinTest {

    private static final OptionalLong UNKNOWN = OptionalLong.empty();

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    private String lastJoined;

    private LastingDrafts drafts() {
        return hub.lastingDrafts();
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

    private void send(WriteRequest request, String name, String text) throws IOException {
        try (Draft draft = resume(request, name).get()) {
            assertThat(draft.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))))
                    .isEmpty();
        }
    }

    private Result<Draft> resume(WriteRequest request, String name) throws IOException {
        return drafts().resume(request, name, Remaining.RECEIVED);
    }

    private String part(String text) throws IOException {
        String name = drafts().create(part(of(text.length())), Map.of()).get().name();
        send(part(of(text.length())), name, text);
        return name;
    }

    private LastingDraft state(String name) throws IOException {
        return drafts().find(ADMIN, name).get();
    }

    private Result<Change> join(String... parts) throws IOException {
        return join(request(UNKNOWN), parts);
    }

    private Result<Change> join(WriteRequest request, String... parts) throws IOException {
        Result<Joined> joined = drafts().join(request, List.of(parts), Map.of("note", "n"));
        if (joined.isRefused()) {
            return Result.refused(joined.refusal().orElseThrow());
        }
        try (Draft draft = joined.get().draft()) {
            Result<Change> committed = draft.commit();
            if (!committed.isRefused()) {
                lastJoined = joined.get().name();
            }
            return committed;
        }
    }

    private List<String> leftovers() throws IOException {
        return hub.folder("state/uploads");
    }

    @Test
    void shouldAcceptTheLengthWithTheLastAppend() throws Exception {
        String name = drafts().create(request(UNKNOWN), Map.of()).get().name();
        send(request(UNKNOWN), name, "four");
        assertThat(state(name).length()).isEmpty();
        assertThat(state(name).size()).isEqualTo(4);
        hub.kill();
        hub.start();

        assertThat(reason(resume(request(of(3)), name))).isEqualTo(Reason.BAD_REQUEST);
        assertThat(reason(resume(request(of(1L << 50)), name))).isEqualTo(Reason.TOO_LARGE);
        assertThat(state(name).length()).isEmpty();
        send(request(of(8)), name, "mo");
        hub.kill();
        hub.start();

        assertThat(state(name).length()).hasValue(8);
        assertThat(reason(resume(request(of(9)), name))).isEqualTo(Reason.BAD_REQUEST);
        try (Draft last = resume(request(UNKNOWN), name).get()) {
            last.append(ByteBuffer.wrap("re".getBytes(StandardCharsets.UTF_8)));
            last.commit().get();
        }
        assertThat(hub.read("a/b")).isEqualTo("fourmore");
        assertThat(state(name).isCommitted()).isTrue();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void shouldCommitWhenOnlyTheLengthWasMissing() throws Exception {
        String name = drafts().create(request(UNKNOWN), Map.of()).get().name();
        send(request(UNKNOWN), name, "four");

        try (Draft nothing = resume(request(of(4)), name).get()) {
            nothing.commit().get();
        }

        assertThat(hub.read("a/b")).isEqualTo("four");
    }

    @Test
    void shouldEnforceSizeAndQuotaOnADraftOfUnknownLength() throws Exception {
        hub.configure(
                "maxUploadBytes", 6L, "quotas", List.of(Quota.parse("a/: 5").get(0)));
        String name = drafts().create(request(UNKNOWN), Map.of()).get().name();
        send(request(UNKNOWN), name, "four");
        try (Draft draft = resume(request(UNKNOWN), name).get()) {
            assertThat(draft.append(ByteBuffer.wrap(new byte[2])).orElseThrow().reason())
                    .isEqualTo(Reason.NO_ROOM);
        }
        try (Draft draft = resume(request(UNKNOWN), name).get()) {
            assertThat(draft.append(ByteBuffer.wrap(new byte[3])).orElseThrow().reason())
                    .isEqualTo(Reason.TOO_LARGE);
        }
        assertThat(reason(resume(request(of(6)), name))).isEqualTo(Reason.NO_ROOM);
        assertThat(state(name).size()).isEqualTo(4);
        assertThat(state(name).length()).isEmpty();
    }

    @Test
    void shouldMakeOneRecordOfParts() throws Exception {
        String first = part("four");
        String second = part("more");
        assertThat(state(first).size()).isEqualTo(4);
        assertThat(state(first).isCommitted()).isFalse();
        assertThat(hub.announced).isEmpty();

        Change change = join(first, second, first).get();

        assertThat(hub.read("a/b")).isEqualTo("fourmorefour");
        assertThat(hub.topics()).containsExactly("file.created/a/b");
        assertThat(change.version().size()).isEqualTo(12);
        assertThat(state(lastJoined).notes()).containsEntry("note", "n");
        assertThat(leftovers()).containsExactlyInAnyOrder(first, second);
        hub.restart();
        assertThat(state(lastJoined).isCommitted()).isTrue();
        assertThat(state(lastJoined).etag()).isEqualTo(change.version().etag());
    }

    @Test
    void shouldKeepPartsAfterAKill() throws Exception {
        String first = part("four");
        String second = drafts().create(part(UNKNOWN), Map.of()).get().name();
        send(part(UNKNOWN), second, "mo");
        hub.kill();
        hub.start();

        assertThat(state(first).size()).isEqualTo(4);
        send(part(of(4)), second, "re");
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
    void shouldRefuseToJoinWhatIsNotThere() throws Exception {
        String done = part("four");
        assertThat(reason(join(done, "0".repeat(32)))).isEqualTo(Reason.NOT_FOUND);
        User eve = user("eve", Action.WRITE, "");
        assertThat(reason(join(request(eve, path("a/b"), UNKNOWN), done))).isEqualTo(Reason.FORBIDDEN);
        assertThat(hub.announced).isEmpty();
        join(done).get();
    }

    @Test
    void shouldValidateTheRecordButNotItsParts() throws Exception {
        hub.register("strict", "1.0.0", "**", candidate -> Verdict.refuse("no"));
        String part = part("four");

        assertThat(reason(join(part))).isEqualTo(Reason.INVALID);
        assertThat(state(part).size()).isEqualTo(4);
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
        assertThat(reason(drafts().create(request(reader, RecordPath.ROOT, of(4)), Map.of())))
                .isEqualTo(Reason.FORBIDDEN);
        User bob = user("bob", Action.CREATE, "bob/");
        WriteRequest request = request(bob, RecordPath.ROOT, of(4));
        String part = drafts().create(request, Map.of()).get().name();
        send(request, part, "four");

        assertThat(reason(join(request(bob, path("a/b"), UNKNOWN), part))).isEqualTo(Reason.FORBIDDEN);
        assertThat(join(request(bob, path("bob/x"), UNKNOWN), part).refusal()).isEmpty();
    }

    @Test
    void shouldCountPartsTowardsQuotasOnceAndLimitTheSizeOfTheRecord() throws Exception {
        hub.configure("maxUploadBytes", 8L, "quotas", Quota.parse("/: 12"));
        String first = part("12345");
        String second = part("12345");

        assertThat(reason(drafts().create(part(of(3)), Map.of()))).isEqualTo(Reason.NO_ROOM);
        assertThat(reason(drafts().create(part(of(9)), Map.of()))).isEqualTo(Reason.TOO_LARGE);
        assertThat(reason(join(first, second))).isEqualTo(Reason.TOO_LARGE);
        assertThat(reason(drafts().create(part(of(3)), Map.of()))).isEqualTo(Reason.NO_ROOM);
        hub.configure("maxUploadBytes", 12L, "quotas", Quota.parse("/: 12"));
        join(first, second).get();
        assertThat(hub.read("a/b")).isEqualTo("1234512345");
    }

    @Test
    void shouldExpireParts() throws Exception {
        String part = part("four");

        hub.deleteExpired(Instant.now().plus(Duration.ofHours(25)));

        assertThat(reason(drafts().find(ADMIN, part))).isEqualTo(Reason.NOT_FOUND);
        assertThat(reason(join(part))).isEqualTo(Reason.NOT_FOUND);
        assertThat(leftovers()).isEmpty();
    }
}
