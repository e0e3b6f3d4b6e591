package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every implementation of {@link LastingDrafts} must do. */
public abstract class LastingDraftsContract {

    private static final RecordPath PATH = RecordPath.of("d/a");
    private static final User ANN = user("ann");
    private static final User EVE = user("eve");
    private static final OptionalLong UNKNOWN = OptionalLong.empty();

    /** The service; its store is empty and has no validators. */
    protected abstract LastingDrafts drafts();

    /** Begins an ordinary draft in the store. */
    protected abstract Result<Draft> begin(WriteRequest request) throws IOException;

    /** Restarts the hub, if that is possible. */
    protected abstract void restart() throws IOException;

    private static User user(String name) {
        return new User(
                name,
                Set.of(),
                Arrays.stream(new Action[] {Action.READ, Action.WRITE})
                        .map(action -> new Grant(action, "", "user " + name))
                        .toList());
    }

    private static WriteRequest request(User user, RecordPath path, OptionalLong length) {
        return new WriteRequest(user, "test", path, Precondition.NONE, length, Map.of());
    }

    private static WriteRequest request() {
        return request(ANN, PATH, UNKNOWN);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    private static Reason reason(Optional<Refusal> refusal) {
        return refusal.orElseThrow().reason();
    }

    private String create() throws IOException {
        return drafts().create(request(), Map.of("note", "n")).get().name();
    }

    private Draft resume(String name) throws IOException {
        return drafts().resume(request(), name, Remaining.RECEIVED).get();
    }

    private void append(WriteRequest request, String name, String text) throws IOException {
        try (Draft draft = drafts().resume(request, name, Remaining.RECEIVED).get()) {
            assertThat(draft.append(bytes(text))).isEmpty();
        }
    }

    private void append(String name, String text) throws IOException {
        append(request(), name, text);
    }

    private LastingDraft find(String name) throws IOException {
        return drafts().find(ANN, name).get();
    }

    private static void assertContent(Result<Change> change, String expected) {
        assertThat(change.refusal()).isEmpty();
        byte[] bytes = expected.getBytes(StandardCharsets.UTF_8);
        try {
            assertThat(change.get().version().sha256())
                    .contains(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
        assertThat(change.get().version().size()).isEqualTo(bytes.length);
    }

    private void commit(String name, String expected) throws IOException {
        try (Draft draft = resume(name)) {
            assertContent(draft.commit(), expected);
        }
    }

    @Test
    void shouldBecomeARecordOverSeveralRequests() throws IOException {
        String name = create();
        append(name, "four");
        assertThat(find(name).size()).isEqualTo(4);
        assertThat(find(name).path()).isEqualTo(PATH);
        assertThat(find(name).notes()).containsExactly(Map.entry("note", "n"));
        restart();
        assertThat(find(name).size()).isEqualTo(4);
        assertThat(find(name).notes()).containsExactly(Map.entry("note", "n"));

        Result<Change> change;
        try (Draft draft = resume(name)) {
            assertThat(draft.size()).isEqualTo(4);
            assertThat(draft.append(bytes("more"))).isEmpty();
            change = draft.commit();
        }
        assertContent(change, "fourmore");
        assertThat(find(name).isCommitted()).isTrue();
        assertThat(find(name).size()).isEqualTo(8);
        assertThat(find(name).etag()).isEqualTo(change.get().version().etag());
        restart();
        assertThat(find(name).isCommitted()).isTrue();
        assertThat(find(name).etag()).isEqualTo(change.get().version().etag());
        assertThat(reason(drafts().resume(request(), name, Remaining.RECEIVED))).isEqualTo(Reason.CONFLICT);
    }

    @Test
    void shouldDiscardOnlyWhatNobodyElseHasTakenOver() throws IOException {
        String name = create();
        Draft earlier = resume(name);
        try (Draft later = resume(name)) {
            earlier.discard();
            earlier.close();
            assertThat(later.append(bytes("text"))).isEmpty();
            assertThat(find(name).size()).isEqualTo(4);
            later.discard();
        }
        assertThat(reason(drafts().find(ANN, name))).isEqualTo(Reason.NOT_FOUND);
        restart();
        assertThat(reason(drafts().find(ANN, name))).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void shouldGoOnAtAnyOffset() throws IOException {
        String name = create();
        append(name, "abcd");
        restart();
        try (Draft draft = resume(name)) {
            assertThat(draft.write(5, bytes("f"))).isEmpty();
            assertThat(draft.write(1, bytes("B"))).isEmpty();
            assertThat(draft.truncate(7)).isEmpty();
            ByteBuffer all = ByteBuffer.allocate(10);
            assertThat(draft.read(0, all).get()).isEqualTo(7);
            assertThat(all.flip()).isEqualTo(bytes("aBcd\0f\0"));
        }

        commit(name, "aBcd\0f\0");
    }

    @Test
    void shouldGoToWhoeverResumesItLast() throws IOException {
        String name = create();
        Draft earlier = resume(name);
        assertThat(earlier.append(bytes("four"))).isEmpty();
        try (Draft later = resume(name)) {
            assertThat(later.size()).isEqualTo(4);
            assertThat(reason(earlier.append(bytes("x")))).isEqualTo(Reason.CONFLICT);
            assertThat(reason(earlier.truncate(0))).isEqualTo(Reason.CONFLICT);
            assertThat(reason(earlier.sync())).isEqualTo(Reason.CONFLICT);
            assertThat(reason(earlier.read(0, bytes("x")))).isEqualTo(Reason.CONFLICT);
            assertThat(reason(earlier.validate())).isEqualTo(Reason.CONFLICT);
            assertThat(reason(earlier.commit())).isEqualTo(Reason.CONFLICT);
            earlier.close();
            assertThat(later.append(bytes("more"))).isEmpty();
            assertContent(later.commit(), "fourmore");
        }
        assertThat(find(name).isCommitted()).isTrue();
    }

    @Test
    void shouldDisturbTheHolderOnlyOnRelease() throws IOException {
        String name = create();
        try (Draft draft = resume(name)) {
            assertThat(draft.append(bytes("four"))).isEmpty();
            assertThat(find(name).size()).isEqualTo(4);
            assertThat(drafts().list(ANN, PATH)).extracting(LastingDraft::size).containsExactly(4L);
            assertThat(draft.append(bytes("m"))).isEmpty();

            assertThat(drafts().release(ANN, name).get().size()).isEqualTo(5);
            assertThat(reason(draft.append(bytes("x")))).isEqualTo(Reason.CONFLICT);
        }
        assertThat(find(name).size()).isEqualTo(5);
    }

    @Test
    void shouldKeepOnlyWhatWasSyncedIfAskedTo() throws IOException {
        String name = create();
        append(name, "ab");
        try (Draft draft = drafts().resume(request(), name, Remaining.SYNCED).get()) {
            assertThat(draft.append(bytes("cd"))).isEmpty();
            assertThat(draft.sync()).isEmpty();
            assertThat(draft.append(bytes("wrong"))).isEmpty();
        }
        assertThat(find(name).size()).isEqualTo(4);
        try (Draft draft = drafts().resume(request(), name, Remaining.SYNCED).get()) {
            assertThat(draft.append(bytes("wrong"))).isEmpty();
            assertThat(drafts().release(ANN, name).get().size()).isEqualTo(4);
        }
        append(name, "ef");

        commit(name, "abcdef");
    }

    @Test
    void shouldKeepAnOrdinaryDraft() throws IOException {
        Draft cut = begin(request()).get();
        assertThat(cut.append(bytes("four"))).isEmpty();
        LastingDraft kept = drafts().keep(cut, Map.of("note", "n")).get();
        cut.close();

        assertThat(kept.size()).isEqualTo(4);
        restart();
        LastingDraft found = drafts().list(ANN, PATH).get(0);
        assertThat(found.name()).isEqualTo(kept.name());
        assertThat(found.size()).isEqualTo(4);
        assertThat(found.notes()).containsExactly(Map.entry("note", "n"));
        append(kept.name(), "more");
        commit(kept.name(), "fourmore");
    }

    @Test
    void shouldListUnfinishedDraftsByPath() throws IOException {
        String first = create();
        String second = create();
        RecordPath other = RecordPath.of("d/b");
        String third =
                drafts().create(request(ANN, other, UNKNOWN), Map.of()).get().name();
        drafts().create(request(EVE, PATH, UNKNOWN), Map.of()).get();
        String committed = create();
        commit(committed, "");

        assertThat(names(PATH)).containsExactlyInAnyOrder(first, second);
        assertThat(names(RecordPath.of("d"))).containsExactlyInAnyOrder(first, second, third);
        assertThat(names(RecordPath.ROOT)).containsExactlyInAnyOrder(first, second, third);
        assertThat(names(RecordPath.of("e"))).isEmpty();
    }

    private List<String> names(RecordPath path) throws IOException {
        return drafts().list(ANN, path).stream().map(LastingDraft::name).toList();
    }

    @Test
    void shouldTakeThePathOfTheRequest() throws IOException {
        RecordPath temporary = RecordPath.of("d/.a.XyZ");
        String name = drafts().create(request(ANN, temporary, UNKNOWN), Map.of())
                .get()
                .name();
        append(request(ANN, temporary, UNKNOWN), name, "four");

        try (Draft draft = resume(name)) {
            assertThat(find(name).path()).isEqualTo(PATH);
            assertThat(names(temporary)).isEmpty();
            Result<Change> change = draft.commit();
            assertContent(change, "four");
            assertThat(change.get().version().path()).isEqualTo(PATH);
        }
    }

    @Test
    void shouldStayUnderThePathOfTheRequest() throws IOException {
        RecordPath other = RecordPath.of("d/c");
        String name = create();
        append(request(ANN, other, UNKNOWN), name, "four");
        restart();

        assertThat(find(name).path()).isEqualTo(other);
        assertThat(find(name).size()).isEqualTo(4);
        assertThat(names(PATH)).isEmpty();
    }

    @Test
    void shouldAcceptBytesBeforeThePath() throws IOException {
        WriteRequest unknown = request(ANN, RecordPath.ROOT, UNKNOWN);
        String name = drafts().create(unknown, Map.of()).get().name();
        try (Draft draft = drafts().resume(unknown, name, Remaining.RECEIVED).get()) {
            assertThat(draft.append(bytes("four"))).isEmpty();
            assertThat(reason(draft.validate())).isEqualTo(Reason.BAD_REQUEST);
            assertThat(reason(draft.commit())).isEqualTo(Reason.BAD_REQUEST);
        }

        commit(name, "four");
    }

    @Test
    void shouldJoinDrafts() throws IOException {
        WriteRequest unknown = request(ANN, RecordPath.ROOT, UNKNOWN);
        String first = drafts().create(unknown, Map.of()).get().name();
        String second = drafts().create(unknown, Map.of()).get().name();
        append(unknown, first, "four");
        append(unknown, second, "more");

        Joined joined = drafts().join(request(), List.of(first, second, first), Map.of("note", "n"))
                .get();
        assertThat(reason(drafts().find(ANN, joined.name()))).isEqualTo(Reason.NOT_FOUND);
        try (Draft draft = joined.draft()) {
            assertContent(draft.commit(), "fourmorefour");
        }
        restart();

        assertThat(find(joined.name()).isCommitted()).isTrue();
        assertThat(find(joined.name()).size()).isEqualTo(12);
        assertThat(find(joined.name()).notes()).containsExactly(Map.entry("note", "n"));
        assertThat(find(first).size()).isEqualTo(4);
        assertThat(reason(drafts().join(request(), List.of(first, "0".repeat(32)), Map.of())))
                .isEqualTo(Reason.NOT_FOUND);
        assertThat(reason(drafts().join(request(EVE, PATH, UNKNOWN), List.of(first), Map.of())))
                .isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldBelongToItsOwner() throws IOException {
        String name = create();
        assertThat(reason(drafts().find(EVE, name))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(drafts().release(EVE, name))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(drafts().remove(EVE, name))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(drafts().resume(request(EVE, PATH, UNKNOWN), name, Remaining.RECEIVED)))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(drafts().list(EVE, PATH)).isEmpty();
        assertThat(reason(drafts().find(ANN, "0".repeat(32)))).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void shouldBeGoneWhenRemoved() throws IOException {
        String name = create();
        try (Draft draft = resume(name)) {
            assertThat(draft.append(bytes("four"))).isEmpty();
            assertThat(drafts().remove(ANN, name).get().size()).isEqualTo(4);
            assertThat(reason(draft.append(bytes("more")))).isEqualTo(Reason.CONFLICT);
            assertThat(reason(draft.commit())).isEqualTo(Reason.CONFLICT);
        }
        assertThat(reason(drafts().find(ANN, name))).isEqualTo(Reason.NOT_FOUND);
        restart();
        assertThat(reason(drafts().remove(ANN, name))).isEqualTo(Reason.NOT_FOUND);
        assertThat(names(PATH)).isEmpty();
    }

    @Test
    void shouldAcceptTheLengthLate() throws IOException {
        String name = create();
        append(name, "four");
        assertThat(find(name).length()).isEmpty();
        assertThat(reason(drafts().resume(request(ANN, PATH, OptionalLong.of(3)), name, Remaining.RECEIVED)))
                .isEqualTo(Reason.BAD_REQUEST);
        append(request(ANN, PATH, OptionalLong.of(8)), name, "mo");
        restart();
        assertThat(find(name).length()).hasValue(8);
        assertThat(reason(drafts().resume(request(ANN, PATH, OptionalLong.of(9)), name, Remaining.RECEIVED)))
                .isEqualTo(Reason.BAD_REQUEST);
        try (Draft draft = resume(name)) {
            assertThat(reason(draft.commit())).isEqualTo(Reason.BAD_REQUEST);
            assertThat(draft.append(bytes("re"))).isEmpty();
            assertContent(draft.commit(), "fourmore");
        }
    }

    @Test
    void shouldStayAfterARefusal() throws IOException {
        Precondition present = current -> current.isPresent();
        String name = create();
        append(name, "four");
        WriteRequest request = request().withPrecondition(present);
        assertThat(reason(drafts().resume(request, name, Remaining.RECEIVED))).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(find(name).size()).isEqualTo(4);

        commit(name, "four");
    }

    @Test
    void shouldBeGoneOnceRejected() throws IOException {
        String name = create();
        try (Draft draft = resume(name)) {
            assertThat(draft.append(bytes("four"))).isEmpty();
            Change rejected = draft.reject(new Refusal(Reason.INVALID, "wrong")).get();
            assertThat(rejected.type()).isEqualTo(Change.Type.REJECTED);
            assertThat(rejected.path()).isEqualTo(PATH);
            assertThat(rejected.version().size()).isEqualTo(4);
        }
        assertThat(reason(drafts().find(ANN, name))).isEqualTo(Reason.NOT_FOUND);
        restart();
        assertThat(names(PATH)).isEmpty();
    }
}
