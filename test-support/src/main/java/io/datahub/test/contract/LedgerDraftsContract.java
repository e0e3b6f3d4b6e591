package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.Expectation;
import io.datahub.api.cluster.LedgerDraft;
import io.datahub.api.cluster.LedgerDrafts;
import io.datahub.api.cluster.NewVersion;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each {@link SharedLedger} does with unfinished uploads. */
public abstract class LedgerDraftsContract {

    private static final Duration DAY = Duration.ofDays(1);

    private SharedLedger ledger;
    private LedgerDrafts drafts;

    /** Creates an empty ledger. It is called before each test. */
    protected abstract SharedLedger create() throws Exception;

    @BeforeEach
    void createLedger() throws Exception {
        ledger = create();
        drafts = ledger.drafts();
    }

    private static LedgerDraft draft(String name, String path, long generation, String... blobs) {
        return new LedgerDraft(
                name,
                "ann",
                RecordPath.of(path),
                OptionalLong.of(30),
                10L * blobs.length,
                "\"base\"",
                Map.of("filename", "é\n\"x\""),
                Map.of("sha256", "01ff"),
                Arrays.stream(blobs).map(blob -> new LedgerDraft.Part(blob, 10)).toList(),
                generation,
                Instant.EPOCH,
                false);
    }

    private LedgerDraft create(String name, String path, String... blobs) throws IOException {
        return drafts.create(draft(name, path, 0, blobs), DAY);
    }

    private static List<String> names(List<LedgerDraft> found) {
        return found.stream().map(LedgerDraft::name).toList();
    }

    private Outcome commit(Operation... operations) throws IOException {
        return ledger.records().commit(List.of(Attempt.of("ann", operations))).get(0);
    }

    private static Operation.EndDraft end(String name, long generation, String etag) {
        return new Operation.EndDraft(name, generation, Optional.of(etag).filter(tag -> !tag.isEmpty()));
    }

    private List<String> dead() throws IOException {
        return ledger.blobs().dead(Duration.ZERO, 100);
    }

    @Test
    void shouldKeepADraft() throws IOException {
        LedgerDraft created = create("one", "d/a", "b1", "b2");

        assertThat(created.generation()).isPositive();
        assertThat(created.expires()).isAfter(Instant.EPOCH.plus(DAY));
        LedgerDraft expected = draft("one", "d/a", created.generation(), "b1", "b2");
        assertThat(drafts.find("one").orElseThrow())
                .usingRecursiveComparison()
                .ignoringFields("expires")
                .isEqualTo(expected);
        assertThat(drafts.find("one")).contains(created);
        assertThat(drafts.find("two")).isEmpty();
        assertThatThrownBy(() -> create("one", "d/b")).isInstanceOf(IOException.class);
        assertThat(drafts.find("one")).contains(created);
    }

    @Test
    void shouldKeepADraftOfUnknownPathAndLength() throws IOException {
        LedgerDraft created = drafts.create(
                new LedgerDraft(
                        "part",
                        "ann",
                        RecordPath.ROOT,
                        OptionalLong.empty(),
                        0,
                        "",
                        Map.of(),
                        Map.of(),
                        List.of(),
                        0,
                        Instant.EPOCH,
                        false),
                DAY);

        assertThat(drafts.find("part")).contains(created);
        assertThat(created.length()).isEmpty();
        assertThat(created.path()).isEqualTo(RecordPath.ROOT);
    }

    @Test
    void shouldLetOnlyTheLatestHolderChangeIt() throws IOException {
        LedgerDraft first = create("one", "a");
        LedgerDraft second = drafts.takeOver("one").orElseThrow();

        assertThat(second.generation()).isGreaterThan(first.generation());
        assertThat(drafts.update(draft("one", "a", first.generation(), "b1"), DAY))
                .isEmpty();
        LedgerDraft updated =
                drafts.update(draft("one", "b", second.generation(), "b2"), DAY).orElseThrow();
        assertThat(drafts.find("one")).contains(updated);
        assertThat(updated.path()).isEqualTo(RecordPath.of("b"));
        assertThat(updated.size()).isEqualTo(10);
        assertThat(commit(end("one", first.generation(), "")))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.kind()).isEqualTo(Outcome.Kind.TAKEN_OVER));
        assertThat(drafts.takeOver("two")).isEmpty();
        assertThat(drafts.update(draft("two", "a", 1), DAY)).isEmpty();
    }

    @Test
    void shouldBecomeARecordInOneStep() throws IOException {
        LedgerDraft draft = create("one", "a", "b1", "b2");
        NewVersion version = new NewVersion("\"new\"", 20, SharedLedgerContract.SHA256, "b2", "ann", Optional.empty());
        Operation.Put put = new Operation.Put(RecordPath.of("a"), Expectation.ABSENT, version, List.of());

        assertThat(commit(put, end("one", draft.generation() + 1, "\"new\""))).isInstanceOf(Outcome.Refused.class);
        assertThat(ledger.journal().head().newest()).isZero();
        assertThat(commit(put, end("one", draft.generation(), "\"new\""))).isInstanceOf(Outcome.Committed.class);
        LedgerDraft committed = drafts.find("one").orElseThrow();
        assertThat(committed.committed()).isTrue();
        assertThat(committed.etag()).isEqualTo("\"new\"");
        assertThat(committed.parts()).isEmpty();
        assertThat(committed.expires()).isEqualTo(draft.expires());
        assertThat(dead()).containsExactly("b1");
        assertThat(drafts.update(draft("one", "a", draft.generation()), DAY)).isEmpty();
        assertThat(commit(end("one", draft.generation(), ""))).isInstanceOf(Outcome.Refused.class);
        assertThat(drafts.count("ann")).isZero();
        assertThat(drafts.delete("one")).isPresent();
    }

    @Test
    void shouldReleaseThePartsThatItDrops() throws IOException {
        LedgerDraft one = create("one", "a", "b1", "b2");
        create("two", "a", "b3");
        LedgerDraft three = create("three", "a", "b4");

        assertThat(drafts.update(draft("one", "a", one.generation(), "b2", "b5"), DAY))
                .isPresent();
        assertThat(dead()).containsExactly("b1");
        assertThat(drafts.delete("two").map(LedgerDraft::parts)).contains(List.of(new LedgerDraft.Part("b3", 10)));
        assertThat(drafts.delete("two")).isEmpty();
        assertThat(commit(end("three", three.generation(), ""))).isInstanceOf(Outcome.Committed.class);
        assertThat(drafts.find("three")).isEmpty();
        assertThat(dead()).containsExactlyInAnyOrder("b1", "b3", "b4");
    }

    @Test
    void shouldNotDeleteAsExpiredWhatWasResumed() throws IOException {
        LedgerDraft draft = drafts.create(draft("one", "a", 0, "b1"), Duration.ZERO);
        assertThat(names(drafts.expired(10))).containsExactly("one");
        drafts.update(draft("one", "a", draft.generation(), "b1"), DAY);

        assertThat(drafts.deleteExpired("one")).isFalse();
        assertThat(drafts.find("one").orElseThrow().parts()).hasSize(1);
        drafts.update(draft("one", "a", draft.generation(), "b1"), Duration.ZERO);
        assertThat(drafts.deleteExpired("one")).isTrue();
        assertThat(drafts.find("one")).isEmpty();
        assertThat(dead()).containsExactly("b1");
        assertThat(drafts.deleteExpired("one")).isFalse();
    }

    @Test
    void shouldNotTakeAPartThatWasGivenUp() throws IOException {
        LedgerDraft one = create("one", "a", "b1");
        assertThat(ledger.blobs().condemn(Set.of("b1", "b2"))).containsExactly("b2");

        assertThat(drafts.update(draft("one", "a", one.generation(), "b1", "b2"), DAY))
                .isEmpty();
        assertThat(drafts.find("one")).contains(one);
    }

    @Test
    void shouldListAndCountTheDraftsOfAUser() throws IOException {
        create("one", "d/a");
        create("two", "d/b/c");
        create("three", "d-");
        drafts.create(draft("old", "d/a", 0), Duration.ZERO);
        drafts.create(draft("late", "d/a", 0), DAY.multipliedBy(2));

        assertThat(names(drafts.list("ann", RecordPath.of("d")))).containsExactlyInAnyOrder("late", "one", "two");
        assertThat(names(drafts.list("ann", RecordPath.of("d/a")))).containsExactly("late", "one");
        assertThat(names(drafts.list("ann", RecordPath.ROOT)))
                .startsWith("late")
                .containsExactlyInAnyOrder("late", "one", "two", "three");
        assertThat(drafts.list("bob", RecordPath.ROOT)).isEmpty();
        assertThat(drafts.count("ann")).isEqualTo(4);
        assertThat(drafts.count("bob")).isZero();
        assertThat(drafts.find("old")).isEmpty();
        assertThat(names(drafts.expired(10))).containsExactly("old");
        assertThat(drafts.delete("old")).isPresent();
    }
}
