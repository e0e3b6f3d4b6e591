package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every {@link Draft} of a {@link RecordStore} must do. */
public abstract class DraftContract {

    private static final RecordPath PATH = RecordPath.of("d/a");
    private static final User ANN = user("ann", Action.READ, Action.WRITE);
    private static final User BLIND = user("blind", Action.WRITE);

    /** The store, empty and without validators. */
    protected abstract RecordStore store() throws IOException;

    private static User user(String name, Action... actions) {
        return new User(
                name,
                Set.of(),
                Arrays.stream(actions)
                        .map(action -> new Grant(action, "", "user " + name))
                        .toList());
    }

    private static WriteRequest request(OptionalLong length, Map<String, String> digests) {
        return new WriteRequest(ANN, "test", PATH, Precondition.NONE, length, digests);
    }

    private static WriteRequest request() {
        return new WriteRequest(ANN, "test", PATH);
    }

    private Draft begin() throws IOException {
        return store().begin(request()).get();
    }

    private Draft edit() throws IOException {
        return store().edit(request()).get();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(Draft draft, long offset, String text) throws IOException {
        assertThat(draft.write(offset, bytes(text))).isEmpty();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] content(Draft draft) throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) draft.size());
        assertThat(draft.read(0, all).get()).isEqualTo((int) draft.size());
        return all.array();
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    private void put(String text) throws IOException {
        try (Draft draft = begin()) {
            assertThat(draft.append(bytes(text))).isEmpty();
            assertThat(draft.commit().refusal()).isEmpty();
        }
    }

    /** Commits the draft; the record then has this content. */
    private void commit(Draft draft, String expected) throws IOException {
        commit(draft, expected.getBytes(StandardCharsets.UTF_8));
    }

    private void commit(Draft draft, byte[] expected) throws IOException {
        Result<Change> change = draft.commit();
        draft.close();

        assertThat(change.refusal()).isEmpty();
        RecordVersion version = store().find(ANN, PATH).get();
        assertThat(version).isEqualTo(change.get().version());
        assertThat(version.size()).isEqualTo(expected.length);
        assertThat(version.sha256()).contains(sha256(expected));
        assertContent(expected);
    }

    private void assertContent(byte[] expected) throws IOException {
        try (Draft draft = edit()) {
            assertThat(content(draft)).isEqualTo(expected);
        }
    }

    private void assertContent(String expected) throws IOException {
        assertContent(expected.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldThrowOnNegativeOffsetsAndSizes() throws IOException {
        try (Draft draft = begin()) {
            assertThatThrownBy(() -> draft.write(-1, bytes("x"))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> draft.truncate(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldBecomeVisibleOnlyWithTheCommit() throws IOException {
        Draft draft = begin();
        assertThat(draft.append(bytes("one "))).isEmpty();
        assertThat(draft.append(bytes("two"))).isEmpty();
        assertThat(draft.size()).isEqualTo(7);
        assertThat(draft.sync()).isEmpty();
        assertThat(reason(store().find(ANN, PATH))).isEqualTo(Reason.NOT_FOUND);

        commit(draft, "one two");
    }

    @Test
    void shouldCommitAnEmptyRecord() throws IOException {
        commit(begin(), "");
    }

    @Test
    void shouldDiscardWhatIsNotCommitted() throws IOException {
        try (Draft draft = begin()) {
            write(draft, 0, "x");
            assertThat(draft.sync()).isEmpty();
        }

        assertThat(reason(store().find(ANN, PATH))).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void shouldConsumeTheBuffer() throws IOException {
        try (Draft draft = begin()) {
            ByteBuffer buffer = bytes("hello").position(2);
            assertThat(draft.write(0, buffer)).isEmpty();

            assertThat(buffer.hasRemaining()).isFalse();
            assertThat(content(draft)).isEqualTo("llo".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void shouldFillAGapWithZeros() throws IOException {
        Draft draft = begin();
        write(draft, 3, "d");
        assertThat(draft.size()).isEqualTo(4);

        commit(draft, "\0\0\0d");
    }

    @Test
    void shouldAcceptBytesInAnyOrder() throws IOException {
        Draft draft = begin();
        write(draft, 4, "EF");
        write(draft, 0, "ab");
        write(draft, 2, "cd");
        write(draft, 4, "ef");
        write(draft, 6, "gh");

        commit(draft, "abcdefgh");
    }

    @Test
    void shouldCutOffAndExtend() throws IOException {
        Draft draft = begin();
        write(draft, 0, "abcdef");
        assertThat(draft.truncate(3)).isEmpty();
        assertThat(draft.size()).isEqualTo(3);
        assertThat(draft.truncate(5)).isEmpty();
        assertThat(draft.size()).isEqualTo(5);

        commit(draft, "abc\0\0");
    }

    @Test
    void shouldTakeTheSizeBeforeTheBytes() throws IOException {
        Draft draft = begin();
        assertThat(draft.truncate(4)).isEmpty();
        write(draft, 0, "ab");
        write(draft, 2, "cd");

        commit(draft, "abcd");
    }

    @Test
    void shouldReadBack() throws IOException {
        try (Draft draft = begin()) {
            write(draft, 0, "abcdef");
            ByteBuffer some = ByteBuffer.allocate(3);

            assertThat(draft.read(2, some).get()).isEqualTo(3);
            assertThat(some.flip()).isEqualTo(bytes("cde"));
            assertThat(draft.read(5, some.clear()).get()).isEqualTo(1);
            assertThat(draft.read(6, some.clear()).get()).isZero();
            assertThat(draft.read(1L << 40, some.clear()).get()).isZero();

            write(draft, 6, "g");
            commit(draft, "abcdefg");
        }
    }

    @Test
    void shouldTakeTheClientsTimeBeforeTheCommit() throws IOException {
        Instant time = Instant.parse("2001-02-03T04:05:06Z");
        try (Draft draft = begin()) {
            write(draft, 0, "a");
            draft.setClientModified(Optional.of(time));
            write(draft, 1, "b");
            assertThat(draft.commit().get().version().clientModified()).contains(time);
        }
        assertThat(store().find(ANN, PATH).get().clientModified()).contains(time);
    }

    @Test
    void shouldValidateAndGoOn() throws IOException {
        Draft draft = begin();
        write(draft, 0, "ab");
        assertThat(draft.validate().get()).isEmpty();
        write(draft, 2, "c");

        commit(draft, "abc");
    }

    @Test
    void shouldCompareTheDeclaredLength() throws IOException {
        try (Draft draft = store().begin(request(OptionalLong.of(3), Map.of())).get()) {
            write(draft, 0, "ab");
            assertThat(reason(draft.commit())).isEqualTo(Reason.BAD_REQUEST);
            write(draft, 2, "c");
            commit(draft, "abc");
        }
        try (Draft draft = store().begin(request(OptionalLong.of(3), Map.of())).get()) {
            assertThat(draft.write(1, bytes("abc")).map(Refusal::reason)).contains(Reason.BAD_REQUEST);
            assertThat(reason(draft.commit())).isEqualTo(Reason.BAD_REQUEST);
        }
        assertContent("abc");
    }

    @Test
    void shouldCompareTheDeclaredDigest() throws IOException {
        Map<String, String> digest = Map.of("SHA-256", sha256("abc".getBytes(StandardCharsets.UTF_8)));
        try (Draft draft = store().begin(request(OptionalLong.empty(), digest)).get()) {
            write(draft, 1, "bc");
            write(draft, 0, "x");
            assertThat(reason(draft.commit())).isEqualTo(Reason.BAD_REQUEST);
            write(draft, 0, "a");
            commit(draft, "abc");
        }
    }

    @Test
    void shouldBeginFromTheCurrentVersion() throws IOException {
        put("abcdef");
        Draft draft = edit();
        assertThat(draft.baseEtag())
                .isPresent()
                .isEqualTo(store().find(ANN, PATH).get().etag());
        assertThat(draft.size()).isEqualTo(6);
        write(draft, 2, "X");
        write(draft, 6, "g");

        commit(draft, "abXdefg");
    }

    @Test
    void shouldKeepTheCurrentVersionUnlessItIsChanged() throws IOException {
        put("abc");

        commit(edit(), "abc");
    }

    @Test
    void shouldKeepTheRestOfTheCurrentVersion() throws IOException {
        put("abcdef");
        Draft draft = edit();
        write(draft, 0, "AB");
        assertThat(draft.size()).isEqualTo(6);

        commit(draft, "ABcdef");
    }

    @Test
    void shouldCutTheCurrentVersionOff() throws IOException {
        put("abcdef");
        Draft draft = edit();
        assertThat(draft.truncate(4)).isEmpty();
        write(draft, 0, "AB");
        assertThat(draft.size()).isEqualTo(4);
        assertThat(draft.truncate(6)).isEmpty();

        commit(draft, "ABcd\0\0");
    }

    @Test
    void shouldBeginEmptyWithoutACurrentVersion() throws IOException {
        Draft draft = edit();
        assertThat(draft.baseEtag()).isEmpty();
        assertThat(draft.size()).isZero();
        write(draft, 0, "a");

        commit(draft, "a");
    }

    @Test
    void shouldNotMixBytesOfTwoVersions() throws IOException {
        put("abcdef");
        try (Draft partly = edit();
                Draft other = edit();
                Draft whole = edit();
                Draft empty = begin()) {
            write(partly, 0, "A");
            write(other, 6, "g");
            commit(other, "abcdefg");

            assertThat(reason(partly.commit())).isEqualTo(Reason.PRECONDITION_FAILED);
            assertContent("abcdefg");

            write(whole, 0, "new");
            assertThat(whole.truncate(3)).isEmpty();
            commit(whole, "new");
            write(empty, 0, "newer");
            commit(empty, "newer");
        }
    }

    @Test
    void shouldHideBytesThatTheUserMayNotRead() throws IOException {
        put("abc");
        WriteRequest request = new WriteRequest(BLIND, "test", PATH);
        try (Draft draft = store().edit(request).get()) {
            assertThat(reason(draft.read(0, ByteBuffer.allocate(3)))).isEqualTo(Reason.FORBIDDEN);
            write(draft, 3, "d");
            assertThat(reason(draft.read(3, ByteBuffer.allocate(1)))).isEqualTo(Reason.FORBIDDEN);
            commit(draft, "abcd");
        }
        try (Draft draft = store().begin(request).get()) {
            write(draft, 0, "own");
            assertThat(content(draft)).isEqualTo("own".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void shouldRefuseToEditWithoutGrant() throws IOException {
        put("abc");

        assertThat(reason(store().edit(new WriteRequest(user("bob", Action.READ), "test", PATH))))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(store().edit(new WriteRequest(user("bob", Action.CREATE), "test", PATH))))
                .isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldApplyEveryOrderOfChanges() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            byte[] expected = seed % 2 == 0 ? new byte[0] : bytes(store());
            Draft draft = seed % 2 == 0 ? begin() : edit();
            for (int step = random.nextInt(30); step >= 0; step--) {
                expected = change(draft, expected, random);
            }
            commit(draft, expected);
        }
    }

    private byte[] bytes(RecordStore store) throws IOException {
        try (Draft draft = store.edit(request()).get()) {
            return content(draft);
        }
    }

    private static byte[] change(Draft draft, byte[] before, Random random) throws IOException {
        int place = random.nextInt(before.length + 20_000);
        switch (random.nextInt(5)) {
            case 0 -> {
                assertThat(draft.truncate(place)).isEmpty();
                return Arrays.copyOf(before, place);
            }
            case 1 -> {
                assertThat(content(draft)).isEqualTo(before);
                return before;
            }
            default -> {
                int from = random.nextBoolean() ? before.length : place;
                byte[] more = new byte[random.nextInt(20_000)];
                random.nextBytes(more);
                assertThat(draft.write(from, ByteBuffer.wrap(more))).isEmpty();
                byte[] after =
                        more.length == 0 ? before : Arrays.copyOf(before, Math.max(before.length, from + more.length));
                System.arraycopy(more, 0, after, Math.min(from, after.length - more.length), more.length);
                return after;
            }
        }
    }

    @Test
    void shouldLetTheLastCommitWin() throws IOException {
        try (Draft first = begin();
                Draft second = begin()) {
            write(first, 0, "first");
            write(second, 0, "second");
            commit(second, "second");
            commit(first, "first");
        }
    }

    @Test
    void shouldEvaluateThePreconditionOnCommit() throws IOException {
        WriteRequest absent = request().withPrecondition(current -> current.isEmpty());
        try (Draft draft = store().begin(absent).get()) {
            put("x");
            assertThat(reason(draft.commit())).isEqualTo(Reason.PRECONDITION_FAILED);
        }
        assertThat(reason(store().begin(absent))).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(List.of(reason(store().edit(absent)))).containsExactly(Reason.PRECONDITION_FAILED);
    }
}
