package io.datahub.test.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.AdapterStates;
import io.datahub.api.state.StateChange;
import io.datahub.api.state.StateEntry;
import io.datahub.api.state.StateLimits;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every implementation of {@link AdapterStates} does. */
public abstract class AdapterStateContract {

    private static final Duration DAY = Duration.ofDays(1);
    private static final byte[] LARGE = new byte[StateLimits.MAX_VALUE_BYTES];

    private AdapterStates states;
    private AdapterState state;

    /** Creates an empty implementation, whose time is {@link #now}. It is called before each test. */
    protected abstract AdapterStates create() throws IOException;

    /** The time, which a test may set. */
    protected Instant now = Instant.parse("2026-11-29T12:00:00Z");

    @BeforeEach
    void createState() throws IOException {
        states = create();
        state = states.of("webhook-ci");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private String text(String key) throws IOException {
        return state.get(key).map(StateEntry::text).orElse(null);
    }

    private static List<String> keys(List<StateEntry> entries) {
        return entries.stream().map(StateEntry::key).toList();
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    @Test
    void shouldKeepTheLatestValueWithItsRevision() throws IOException {
        long first = state.put("cursor", bytes("e1-1")).get();
        long second = state.put("cursor", bytes("e1-2")).get();

        StateEntry entry = state.get("cursor").orElseThrow();
        assertThat(entry.key()).isEqualTo("cursor");
        assertThat(entry.text()).isEqualTo("e1-2");
        assertThat(entry.revision()).isEqualTo(second).isGreaterThan(first).isPositive();
        assertThat(entry.expires()).isEmpty();
        assertThat(state.get("another")).isEmpty();
    }

    @Test
    void shouldKeepAdaptersApart() throws IOException {
        state.put("cursor", bytes("mine"));
        states.of("webhook-c").put("icursor", bytes("another's"));
        states.of("webhook-ci2").put("cursor", bytes("another's"));

        assertThat(states.of("webhook-ci").get("cursor").map(StateEntry::text)).contains("mine");
        assertThat(keys(state.list("", "", 10))).containsExactly("cursor");
        assertThat(states.of("other").list("", "", 10)).isEmpty();
    }

    @Test
    void shouldCopyValues() throws IOException {
        byte[] value = bytes("a");
        state.put("k", value);
        value[0] = 'b';
        state.get("k").orElseThrow().value()[0] = 'c';

        assertThat(text("k")).isEqualTo("a");
    }

    @Test
    void shouldKeepEmptyAndLargeValuesAndUnusualKeys() throws IOException {
        for (String key : List.of("é/ü 😀", "\u00a0", "x".repeat(StateLimits.MAX_KEY_BYTES), "https://a/b?c=d#e")) {
            state.put(key, LARGE);
            assertThat(state.get(key).orElseThrow().value()).isEqualTo(LARGE);
            state.put(key, new byte[0]);
            assertThat(state.get(key).orElseThrow().value()).isEmpty();
        }
    }

    @Test
    void shouldStoreWhatIsAbsentOnceUntilItExpires() throws IOException {
        assertThat(state.putIfAbsent("delivery-1", bytes("a"), DAY).isRefused()).isFalse();
        assertThat(reason(state.putIfAbsent("delivery-1", bytes("b"), DAY))).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(state.get("delivery-1").orElseThrow().expires()).contains(now.plus(DAY));

        now = now.plus(DAY).minusMillis(1);
        assertThat(text("delivery-1")).isEqualTo("a");
        now = now.plusMillis(1);
        assertThat(state.get("delivery-1")).isEmpty();
        assertThat(state.list("", "", 10)).isEmpty();
        assertThat(state.putIfAbsent("delivery-1", bytes("c"), DAY).isRefused()).isFalse();
        assertThat(text("delivery-1")).isEqualTo("c");
    }

    @Test
    void shouldForgetTheExpiryOfAValueThatIsReplaced() throws IOException {
        state.putIfAbsent("k", bytes("a"), DAY);
        state.put("k", bytes("b"));
        state.putIfAbsent("l", bytes("a"), DAY);
        state.update(List.of(StateChange.put("l", "b").expiringAfter(DAY.multipliedBy(3))));
        state.update(List.of(StateChange.put("m", "b").expiringAfter(Duration.ofSeconds(Long.MAX_VALUE))));

        now = now.plus(DAY.multipliedBy(2));
        assertThat(text("k")).isEqualTo("b");
        assertThat(text("l")).isEqualTo("b");
        assertThat(text("m")).isEqualTo("b");
    }

    @Test
    void shouldReplaceARevisionOnlyWhileItIsThePresentOne() throws IOException {
        long first = state.put("k", bytes("a")).get();
        long second = state.replace("k", first, bytes("b")).get();

        assertThat(reason(state.replace("k", first, bytes("c")))).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(text("k")).isEqualTo("b");
        state.delete("k");
        assertThat(reason(state.replace("k", second, bytes("c")))).isEqualTo(Reason.PRECONDITION_FAILED);
        long third = state.put("k", bytes("b")).get();
        assertThat(third).isGreaterThan(second);
        assertThat(reason(state.update(List.of(StateChange.delete("k").ifRevision(second)))))
                .isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(state.update(List.of(StateChange.delete("k").ifRevision(third)))
                        .isRefused())
                .isFalse();
        assertThat(state.get("k")).isEmpty();
    }

    @Test
    void shouldDeleteWhatIsThereAndWhatIsNot() throws IOException {
        state.put("a", bytes("1"));
        state.delete("a");
        state.delete("a");

        assertThat(state.get("a")).isEmpty();
    }

    @Test
    void shouldMakeAllChangesOfAnUpdateOrNone() throws IOException {
        state.put("a", bytes("1"));
        state.put("b", bytes("1"));

        assertThat(reason(state.update(List.of(
                        StateChange.put("a", "2"),
                        StateChange.delete("b"),
                        StateChange.put("c", "2").ifRevision(7)))))
                .isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(List.of(text("a"), text("b"))).containsExactly("1", "1");

        long revision = state.update(List.of(
                        StateChange.put("a", "2"),
                        StateChange.delete("b"),
                        StateChange.put("c", "2").ifAbsent()))
                .get();
        assertThat(state.get("b")).isEmpty();
        assertThat(state.get("a").orElseThrow().revision()).isEqualTo(revision);
        assertThat(state.get("c").orElseThrow().revision()).isEqualTo(revision);
    }

    @Test
    void shouldListKeysInOrderPageByPage() throws IOException {
        for (String key : List.of("b/2", "a", "b/1", "c", "b", "b/3", "b0")) {
            state.put(key, bytes(key));
        }

        assertThat(keys(state.list("", "", 100))).containsExactly("a", "b", "b/1", "b/2", "b/3", "b0", "c");
        assertThat(keys(state.list("b/", "", 2))).containsExactly("b/1", "b/2");
        assertThat(keys(state.list("b/", "b/2", 2))).containsExactly("b/3");
        assertThat(keys(state.list("b/", "b/3", 2))).isEmpty();
        assertThat(keys(state.list("b/", "a", 1))).containsExactly("b/1");
        assertThat(keys(state.list("b/", "z", 1))).isEmpty();
        assertThat(state.list("a", "", 1).get(0).text()).isEqualTo("a");
    }

    @Test
    void shouldRefuseWhatExceedsTheSizeOfAnAdapterAndOfAll() throws IOException {
        int perAdapter = (int) (StateLimits.MAX_BYTES / (LARGE.length + StateLimits.ENTRY_BYTES + 10));
        fill(state, perAdapter);
        assertThat(reason(state.put("one-more", LARGE))).isEqualTo(Reason.NO_ROOM);
        assertThat(state.get("one-more")).isEmpty();
        assertThat(state.put("000000000", LARGE).isRefused()).isFalse();

        for (int i = 1; i < StateLimits.MAX_TOTAL_BYTES / StateLimits.MAX_BYTES; i++) {
            fill(states.of("another-" + i), perAdapter);
        }
        assertThat(reason(fill(states.of("last"), perAdapter))).isEqualTo(Reason.NO_ROOM);

        state.delete("000000000");
        assertThat(state.put("one-more", LARGE).isRefused()).isFalse();
    }

    @Test
    void shouldHaveRoomAgainWhenEntriesHaveExpired() throws IOException {
        int perAdapter = (int) (StateLimits.MAX_BYTES / (LARGE.length + StateLimits.ENTRY_BYTES + 10));
        fill(state, perAdapter, Duration.ofDays(1));
        now = now.plus(DAY);

        assertThat(fill(state, perAdapter / 2).isRefused()).isFalse();
    }

    /** Puts large values in as few updates as possible; returns the first refusal, or the last result. */
    private static Result<Long> fill(AdapterState state, int count) throws IOException {
        return fill(state, count, Duration.ofDays(1_000));
    }

    private static Result<Long> fill(AdapterState state, int count, Duration keepFor) throws IOException {
        Result<Long> result = Result.done(0L);
        for (int i = 0; i < count && !result.isRefused(); i += StateLimits.MAX_CHANGES) {
            result = state.update(IntStream.range(i, Math.min(count, i + StateLimits.MAX_CHANGES))
                    .mapToObj(number -> StateChange.put(String.format("%09d", number), LARGE)
                            .expiringAfter(keepFor))
                    .toList());
        }
        return result;
    }

    @Test
    void shouldLetOneOfManySucceed() throws Exception {
        long revision = state.put("counter", bytes("0")).get();
        assertThat(winners(() -> state.putIfAbsent("delivery", new byte[0], DAY)))
                .isEqualTo(1);
        assertThat(winners(() -> state.replace("counter", revision, bytes("1"))))
                .isEqualTo(1);
    }

    private static long winners(Callable<Result<Long>> attempt) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Result<Long>>> results = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                results.add(threads.submit(attempt));
            }
            long winners = 0;
            for (Future<Result<Long>> result : results) {
                winners += result.get().isRefused() ? 0 : 1;
            }
            return winners;
        } finally {
            threads.shutdown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Webhook", "1a", "a/b", "a b", "a\u0000b", "ü"})
    void shouldRefuseOtherNamesOfAdapters(String name) {
        assertThatThrownBy(() -> states.of(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> states.of("a".repeat(65))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseOtherKeysValuesAndUpdates() {
        for (String key : List.of("", "a\u0000", "a\nb", "\ud800", "é".repeat(257))) {
            assertThatThrownBy(() -> state.put(key, new byte[0])).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> state.put("k", new byte[StateLimits.MAX_VALUE_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> state.update(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> state.update(List.of(StateChange.put("k", "1"), StateChange.delete("k"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> state.update(IntStream.rangeClosed(0, StateLimits.MAX_CHANGES)
                        .mapToObj(number -> StateChange.put("k" + number, "1"))
                        .toList()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> state.putIfAbsent("k", new byte[0], Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> state.replace("k", 0, new byte[0])).isInstanceOf(IllegalArgumentException.class);
    }
}
