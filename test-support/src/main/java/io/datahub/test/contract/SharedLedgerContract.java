package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.Expectation;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerHub;
import io.datahub.api.cluster.LedgerHubs;
import io.datahub.api.cluster.LedgerJournal;
import io.datahub.api.cluster.LedgerListing;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.Lookup;
import io.datahub.api.cluster.NewVersion;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.cluster.Usage;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Violation;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each {@link SharedLedger} does with records, directories, journal, usage and dead blobs. */
public abstract class SharedLedgerContract {

    protected static final String SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final ValidatorId VALIDATOR = new ValidatorId("json", "1.2");
    private static final long ALL = Long.MAX_VALUE;

    private SharedLedger ledger;
    private int count;

    /** Creates an empty ledger. It is called before each test. */
    protected abstract SharedLedger create() throws Exception;

    @BeforeEach
    void createLedger() throws Exception {
        ledger = create();
    }

    /** The ledger of the test. */
    protected SharedLedger ledger() {
        return ledger;
    }

    private static RecordPath path(String text) {
        return RecordPath.of(text);
    }

    private NewVersion version(long size) {
        return version("blob-" + ++count, size);
    }

    private NewVersion version(String blob, long size) {
        return new NewVersion("\"e" + ++count + "\"", size, SHA256, blob, "ann", Optional.empty());
    }

    private Operation.Put put(String path, Expectation expected) {
        return new Operation.Put(path(path), expected, version(10), List.of(VALIDATOR));
    }

    private Operation.Put put(String path) {
        return put(path, Expectation.ANY);
    }

    private static Operation.Delete delete(String path) {
        return new Operation.Delete(path(path), Expectation.ANY);
    }

    private static Operation.MakeDirectory make(String path) {
        return new Operation.MakeDirectory(path(path), false);
    }

    private static Operation.RemoveDirectory remove(String path) {
        return new Operation.RemoveDirectory(path(path), false);
    }

    private Outcome commit(Operation... operations) throws IOException {
        return ledger.records().commit(List.of(Attempt.of("bob", operations))).get(0);
    }

    private Outcome.Committed made(Operation... operations) throws IOException {
        return (Outcome.Committed) commit(operations);
    }

    private Outcome.Refused refused(Operation... operations) throws IOException {
        return (Outcome.Refused) commit(operations);
    }

    private Outcome.Kind kind(Operation... operations) throws IOException {
        return refused(operations).kind();
    }

    private Lookup find(String path) throws IOException {
        return ledger.records().find(List.of(path(path)), 0).get(path(path));
    }

    private String etag(String path) throws IOException {
        return find(path).record().map(LedgerRecord::etag).orElse(null);
    }

    private List<LedgerEntry> journal() throws IOException {
        return ledger.journal().read(0, ALL, "", 1_000).entries();
    }

    private List<String> changes() throws IOException {
        return journal().stream()
                .map(entry -> entry.number() + " " + entry.type().word() + " "
                        + entry.version().path())
                .toList();
    }

    private List<String> names(String directory, String after, int limit) throws IOException {
        return ledger.records().list(path(directory), after, limit).entries().stream()
                .map(entry -> entry.name() + (entry.record().isPresent() ? "" : "/"))
                .toList();
    }

    @Test
    void shouldStoreARecordWithItsEntry() throws IOException {
        Instant clientTime = Instant.parse("2001-02-03T04:05:06.789Z");
        NewVersion version = new NewVersion("\"1-a\"", 1L << 40, SHA256, "blob", "ann", Optional.of(clientTime));
        Outcome.Committed outcome =
                made(new Operation.Put(path("d/é 😀'\"$1.txt"), Expectation.ABSENT, version, List.of(VALIDATOR)));

        assertThat(outcome.first()).isEqualTo(1);
        assertThat(outcome.last()).isEqualTo(1);
        assertThat(outcome.changed()).isTrue();
        LedgerRecord record = find("d/é 😀'\"$1.txt").record().orElseThrow();
        assertThat(record)
                .isEqualTo(new LedgerRecord(
                        path("d/é 😀'\"$1.txt"),
                        "\"1-a\"",
                        1L << 40,
                        SHA256,
                        "blob",
                        "ann",
                        outcome.time(),
                        Optional.of(clientTime),
                        1));
        assertThat(journal())
                .containsExactly(new LedgerEntry(
                        1,
                        outcome.time(),
                        Change.Type.CREATED,
                        record.version(),
                        "bob",
                        List.of(VALIDATOR),
                        List.of()));
        assertThat(ledger.journal().head()).isEqualTo(new LedgerJournal.Head(0, 1));
    }

    @Test
    void shouldNumberChangesAndTellCreatedFromUpdated() throws IOException {
        made(put("a"));
        made(put("a"));
        made(put("b"));
        RecordVersion deleted = find("a").record().orElseThrow().version();
        made(delete("a"));
        made(put("a"));

        assertThat(changes())
                .containsExactly("1 created a", "2 updated a", "3 created b", "4 deleted a", "5 created a");
        assertThat(journal().get(3).version()).isEqualTo(deleted);
        assertThat(journal().stream().map(LedgerEntry::time)).isSorted();
        assertThat(find("b").number()).isEqualTo(3);
    }

    @Test
    void shouldCompareBeforeItSets() throws IOException {
        made(put("a", Expectation.ABSENT));
        String first = etag("a");
        Outcome.Refused again = refused(put("a", Expectation.ABSENT));
        assertThat(again.kind()).isEqualTo(Outcome.Kind.CHANGED);
        assertThat(again.path()).isEqualTo(path("a"));
        assertThat(again.current().map(LedgerRecord::etag)).contains(first);

        made(put("a", Expectation.of(first)));
        assertThat(kind(put("a", Expectation.of(first)))).isEqualTo(Outcome.Kind.CHANGED);
        assertThat(kind(new Operation.Delete(path("a"), Expectation.of(first)))).isEqualTo(Outcome.Kind.CHANGED);
        made(new Operation.Delete(path("a"), Expectation.of(etag("a"))));
        Outcome.Refused absent = refused(put("a", Expectation.of(first)));
        assertThat(absent.kind()).isEqualTo(Outcome.Kind.CHANGED);
        assertThat(absent.current()).isEmpty();
        Outcome.Committed nothing = made(delete("a"));
        assertThat(nothing.changed()).isFalse();
        assertThat(nothing.entries()).isZero();
        assertThat(nothing.last()).isEqualTo(3);
        assertThat(changes()).containsExactly("1 created a", "2 updated a", "3 deleted a");
    }

    @Test
    void shouldDecideEachAttemptOfABatchByItself() throws IOException {
        List<Outcome> outcomes = ledger.records()
                .commit(List.of(
                        Attempt.of("bob", put("a", Expectation.ABSENT)),
                        Attempt.of("bob", put("a", Expectation.ABSENT)),
                        Attempt.of("bob", put("b"), put("a/x")),
                        Attempt.of("bob", put("c"))));

        assertThat(outcomes.get(0)).isInstanceOf(Outcome.Committed.class);
        assertThat(((Outcome.Refused) outcomes.get(1)).kind()).isEqualTo(Outcome.Kind.CHANGED);
        assertThat(((Outcome.Refused) outcomes.get(2)).kind()).isEqualTo(Outcome.Kind.NOT_DIRECTORY);
        assertThat(((Outcome.Refused) outcomes.get(2)).path()).isEqualTo(path("a/x"));
        assertThat(((Outcome.Committed) outcomes.get(3)).first()).isEqualTo(2);
        assertThat(changes()).containsExactly("1 created a", "2 created c");
        assertThat(names("", "", 10)).containsExactly("a", "c");
    }

    @Test
    void shouldDecideAnAttemptOnce() throws IOException {
        Attempt accepted = Attempt.of("bob", put("a"));
        Attempt refused = Attempt.of("bob", put("a", Expectation.of("\"x\"")));
        Attempt made = Attempt.of("bob", make("d"));
        List<Outcome> first = ledger.records().commit(List.of(accepted, refused, made));
        made(delete("a"));
        made(remove("d"));

        List<Outcome> again = ledger.records().commit(List.of(made, accepted, refused));
        assertThat(again.get(0)).isEqualTo(first.get(2));
        assertThat(again.get(1)).isEqualTo(first.get(0));
        assertThat(((Outcome.Refused) again.get(2)).kind()).isEqualTo(Outcome.Kind.CHANGED);
        assertThat(find("a").record()).isEmpty();
        assertThat(find("d").directory()).isEmpty();
        assertThat(changes()).containsExactly("1 created a", "2 deleted a");
    }

    @Test
    void shouldMoveWithOneAttempt() throws IOException {
        made(put("d/a"));
        LedgerRecord before = find("d/a").record().orElseThrow();
        Operation.Put target =
                new Operation.Put(path("e/a"), Expectation.ABSENT, version(before.blob(), 10), List.of());
        Outcome.Committed moved = made(
                target, new Operation.Delete(path("d/a"), Expectation.of(before.etag())), make("e/f"), remove("d"));

        assertThat(moved.first()).isEqualTo(2);
        assertThat(moved.last()).isEqualTo(3);
        assertThat(changes()).containsExactly("1 created d/a", "2 created e/a", "3 deleted d/a");
        assertThat(journal().get(1).time()).isEqualTo(journal().get(2).time());
        assertThat(find("e/a").record().orElseThrow().blob()).isEqualTo(before.blob());
        assertThat(names("", "", 10)).containsExactly("e/");
        assertThat(ledger.blobs().dead(Duration.ZERO, 10)).isEmpty();
    }

    @Test
    void shouldUndoAllOfAnAttemptThatIsRefused() throws IOException {
        made(put("d/a"));
        String blob = find("d/a").record().orElseThrow().blob();

        assertThat(kind(put("x/y/z"), put("d/a"), delete("d/a"), remove("x"))).isEqualTo(Outcome.Kind.NOT_EMPTY);
        assertThat(changes()).containsExactly("1 created d/a");
        assertThat(names("", "", 10)).containsExactly("d/");
        assertThat(find("d/a").record().orElseThrow().blob()).isEqualTo(blob);
        assertThat(ledger.blobs().dead(Duration.ZERO, 10)).isEmpty();
        assertThat(made(put("b")).first()).isEqualTo(2);
    }

    @Test
    void shouldKeepRecordsAndDirectoriesApart() throws IOException {
        made(put("d/a"));

        assertThat(kind(put("d"))).isEqualTo(Outcome.Kind.IS_DIRECTORY);
        assertThat(kind(delete("d"))).isEqualTo(Outcome.Kind.IS_DIRECTORY);
        assertThat(kind(put("d/a/b"))).isEqualTo(Outcome.Kind.NOT_DIRECTORY);
        assertThat(kind(put("d/a/b/c"))).isEqualTo(Outcome.Kind.NOT_DIRECTORY);
        assertThat(kind(make("d/a"))).isEqualTo(Outcome.Kind.NOT_DIRECTORY);
        assertThat(kind(make("d/a/b"))).isEqualTo(Outcome.Kind.NOT_DIRECTORY);
        assertThat(kind(remove("d/a"))).isEqualTo(Outcome.Kind.NOT_DIRECTORY);
        assertThat(kind(remove("none"))).isEqualTo(Outcome.Kind.NO_DIRECTORY);
        assertThat(kind(remove("d"))).isEqualTo(Outcome.Kind.NOT_EMPTY);
        assertThat(find("d/a").directory()).isEmpty();
        assertThat(find("d").record()).isEmpty();
    }

    @Test
    void shouldKeepDirectoriesUntilTheyAreRemoved() throws IOException {
        assertThat(made(make("a/b")).changed()).isTrue();
        assertThat(made(make("a/b")).changed()).isFalse();
        assertThat(made(make("a")).changed()).isFalse();
        assertThat(kind(new Operation.MakeDirectory(path("a"), true))).isEqualTo(Outcome.Kind.CHANGED);
        made(put("i/j/x"));
        made(delete("i/j/x"));

        assertThat(names("", "", 10)).containsExactly("a/", "i/");
        assertThat(find("a").directory().map(LedgerDirectory::made)).contains(true);
        assertThat(find("i/j").directory().map(LedgerDirectory::made)).contains(false);
        assertThat(made(new Operation.RemoveDirectory(path("a/b"), true)).changed())
                .isFalse();
        assertThat(made(new Operation.RemoveDirectory(path("i/j"), true)).changed())
                .isTrue();
        assertThat(made(remove("a/b")).changed()).isTrue();
        assertThat(find("a/b").directory()).isEmpty();
        assertThat(find("i/j").directory()).isEmpty();
        assertThat(find("").directory()).isPresent();
        assertThat(changes()).containsExactly("1 created i/j/x", "2 deleted i/j/x");
    }

    @Test
    void shouldTellWhenADirectoryWasChanged() throws IOException {
        made(put("d/a"));
        Instant updated = made(put("d/a")).time();
        Instant created = find("d").directory().orElseThrow().modified();
        Instant deleted = made(delete("d/a")).time();

        assertThat(created).isBeforeOrEqualTo(updated);
        assertThat(find("d").directory().orElseThrow().modified()).isEqualTo(deleted);
        Instant made = made(make("d/e")).time();
        assertThat(find("d").directory().orElseThrow().modified()).isEqualTo(made);
        assertThat(ledger.records().list(path(""), "", 1).entries().get(0).modified())
                .isEqualTo(made);
    }

    @Test
    void shouldListNamesInTheOrderOfTheirBytes() throws IOException {
        for (String each : List.of("b/x", "a", "b0", "b-", "B", "é", "\uff61", "\ud83d\ude00", "b/y/z", "c/d/e/f")) {
            made(put(each));
        }

        assertThat(names("", "", 100)).containsExactly("B", "a", "b/", "b-", "b0", "c/", "é", "\uff61", "\ud83d\ude00");
        assertThat(names("", "a", 2)).containsExactly("b/", "b-");
        assertThat(names("b", "", 10)).containsExactly("x", "y/");
        assertThat(names("c/d", "", 10)).containsExactly("e/");
        LedgerListing page = ledger.records().list(path(""), "c", 2);
        assertThat(page.more()).isTrue();
        assertThat(page.head()).isEqualTo(10);
        assertThat(ledger.records().list(path(""), "c", 3).more()).isFalse();
        LedgerListing none = ledger.records().list(path("none"), "", 2);
        assertThat(none.directory()).isEmpty();
        assertThat(none.entries()).isEmpty();
        assertThat(ledger.records().list(path("a"), "", 2).directory()).isEmpty();
    }

    @Test
    void shouldReadWhatIsBelowADirectoryPageByPage() throws IOException {
        for (String each : List.of("d/a", "d/b/c", "d/b/e/f", "d-", "d0/a", "e", "d/z")) {
            made(put(each));
        }

        assertThat(below("d")).containsExactlyInAnyOrder("d/a", "d/b/c", "d/b/e/f", "d/z");
        assertThat(below("")).hasSize(7).doesNotHaveDuplicates();
        assertThat(ledger.records().count()).isEqualTo(7);
        assertThat(below("d/a")).isEmpty();
        List<RecordPath> directories = new ArrayList<>();
        RecordPath after = path("d");
        List<LedgerDirectory> page = ledger.records().directoriesBelow(path("d"), after, 1);
        while (!page.isEmpty()) {
            after = page.get(0).path();
            directories.add(after);
            page = ledger.records().directoriesBelow(path("d"), after, 1);
        }
        assertThat(directories).containsExactly(path("d/b"), path("d/b/e"));
        assertThat(ledger.records().directoriesBelow(path(""), path(""), 10)).hasSize(4);
    }

    private List<String> below(String directory) throws IOException {
        List<String> found = new ArrayList<>();
        RecordPath after = path(directory);
        List<LedgerRecord> page = ledger.records().recordsBelow(path(directory), after, 2);
        while (!page.isEmpty()) {
            page.forEach(record -> found.add(record.path().toString()));
            after = page.get(page.size() - 1).path();
            page = ledger.records().recordsBelow(path(directory), after, 2);
        }
        return found;
    }

    @Test
    void shouldKeepTheLongestPaths() throws IOException {
        Random random = new Random(1);
        StringBuilder parent = new StringBuilder("d");
        while (parent.length() < 3_900) {
            parent.append('/');
            random.ints(150, 'a', 'z').forEach(parent::appendCodePoint);
        }
        String name = "x".repeat(4_096 - parent.length() - 1);
        made(put(parent + "/" + name), put(parent + "/b"), put("e"));
        made(put(parent + "/" + name));

        assertThat(find(parent + "/" + name).number()).isEqualTo(4);
        assertThat(kind(put(parent.toString()))).isEqualTo(Outcome.Kind.IS_DIRECTORY);
        assertThat(names(parent.toString(), "", 10)).containsExactly("b", name);
        assertThat(below("d")).containsExactlyInAnyOrder(parent + "/b", parent + "/" + name);
        for (RecordPath each = path(parent.toString()); !each.isRoot(); each = each.parent()) {
            assertThat(below(each.toString())).hasSize(2);
        }
        List<RecordPath> directories = ledger.records().directoriesBelow(path("d"), path("d"), 100).stream()
                .map(LedgerDirectory::path)
                .toList();
        assertThat(directories).hasSize(parent.toString().split("/").length - 1).isSorted();
        made(delete(parent + "/" + name), delete(parent + "/b"), remove(parent.toString()));
        assertThat(find(parent.toString()).directory()).isEmpty();
    }

    @Test
    void shouldNameTheEntryThatAnAnswerDependsOn() throws IOException {
        made(put("a"));
        made(put("b"));
        made(delete("a"));

        assertThat(find("a").number()).isEqualTo(3);
        assertThat(find("b").number()).isEqualTo(2);
        assertThat(find("c").number()).isZero();
        Map<RecordPath, Lookup> later = ledger.records().find(List.of(path("a"), path("b")), 3);
        assertThat(later.get(path("a")).number()).isZero();
        assertThat(later.get(path("b")).number()).isEqualTo(2);
    }

    @Test
    void shouldSetTheTimeOfTheClientWithoutAnEntry() throws IOException {
        made(put("a"));
        LedgerRecord before = find("a").record().orElseThrow();
        Optional<Instant> time = Optional.of(Instant.parse("1999-12-31T23:59:59.999Z"));

        assertThat(made(new Operation.SetClientModified(path("a"), Expectation.of(before.etag()), time))
                        .entries())
                .isZero();
        LedgerRecord after = find("a").record().orElseThrow();
        assertThat(after.clientModified()).isEqualTo(time);
        assertThat(after.etag()).isEqualTo(before.etag());
        assertThat(after.modified()).isEqualTo(before.modified());
        made(new Operation.SetClientModified(path("a"), Expectation.ANY, Optional.empty()));
        assertThat(find("a").record()).contains(before);
        assertThat(kind(new Operation.SetClientModified(path("a"), Expectation.of("\"x\""), time)))
                .isEqualTo(Outcome.Kind.CHANGED);
        assertThat(kind(new Operation.SetClientModified(path("b"), Expectation.ANY, time)))
                .isEqualTo(Outcome.Kind.CHANGED);
        assertThat(changes()).hasSize(1);
    }

    @Test
    void shouldAppendRejections() throws IOException {
        RecordVersion version = new RecordVersion(path("a"), 3, Instant.EPOCH, Optional.empty(), Optional.of(SHA256));
        Violation violation = Violation.at(1, 2, "\"no\"\n\\ é").attributedTo(VALIDATOR);
        made(new Operation.Reject(version, List.of(VALIDATOR), List.of(violation)));

        LedgerEntry entry = journal().get(0);
        assertThat(entry.type()).isEqualTo(Change.Type.REJECTED);
        assertThat(entry.version()).isEqualTo(version);
        assertThat(entry.violations()).containsExactly(violation);
        assertThat(entry.validators()).containsExactly(VALIDATOR);
        assertThat(find("a").record()).isEmpty();
    }

    @Test
    void shouldReadTheJournalPageByPage() throws IOException {
        for (int i = 0; i < 7; i++) {
            made(put(i % 2 == 0 ? "even/" + i : "odd/" + i));
        }

        LedgerJournal.Page page = ledger.journal().read(1, 6, "", 3);
        assertThat(page.entries().stream().map(LedgerEntry::number)).containsExactly(2L, 3L, 4L);
        assertThat(page.next()).isEqualTo(4);
        assertThat(page.head()).isEqualTo(new LedgerJournal.Head(0, 7));
        LedgerJournal.Page odd = ledger.journal().read(0, 5, "odd/", 10);
        assertThat(odd.entries().stream().map(LedgerEntry::number)).containsExactly(2L, 4L);
        assertThat(odd.next()).isEqualTo(5);
        assertThat(ledger.journal().read(0, ALL, "odd/", 10).next()).isEqualTo(7);
        assertThat(ledger.journal().read(7, ALL, "", 10))
                .isEqualTo(new LedgerJournal.Page(List.of(), 7, new LedgerJournal.Head(0, 7)));
        assertThat(ledger.journal().read(9, ALL, "", 10).next()).isEqualTo(9);
        LedgerJournal.Page newest = ledger.journal().newest(6, "even/", 2);
        assertThat(newest.entries().stream().map(LedgerEntry::number)).containsExactly(3L, 5L);
        assertThat(newest.next()).isEqualTo(6);
        assertThat(ledger.journal().newest(ALL, "", 1).next()).isEqualTo(7);
    }

    @Test
    void shouldTrimTheJournalAndGoOn() throws IOException {
        for (int i = 0; i < 5; i++) {
            made(put("a"));
        }
        trim(Duration.ofDays(1), Long.MAX_VALUE);
        assertThat(ledger.journal().head()).isEqualTo(new LedgerJournal.Head(0, 5));
        trim(Duration.ofDays(1), 0);

        assertThat(ledger.journal().head()).isEqualTo(new LedgerJournal.Head(5, 5));
        assertThat(journal()).isEmpty();
        made(put("a"));
        assertThat(ledger.journal().read(2, ALL, "", 10).head()).isEqualTo(new LedgerJournal.Head(5, 6));
        assertThat(changes()).containsExactly("6 updated a");
    }

    private void trim(Duration keepFor, long maxBytes) throws IOException {
        boolean more = true;
        while (more) {
            more = ledger.journal().trim(keepFor, maxBytes);
        }
    }

    @Test
    void shouldCountUsageAndRefuseWhatExceedsALimit() throws IOException {
        Usage.Subject prefix = new Usage.Prefix("d/");
        Usage.Subject owner = new Usage.Owner("ann");
        made(put("d/a"));
        made(put("broker_users.xml"));
        ledger.records().measure(List.of(prefix, owner));
        made(put("d/b"), put("e"));
        made(put("d/b"), delete("e"));

        assertThat(ledger.records().usage(List.of(prefix, owner, new Usage.Owner("nobody"))))
                .isEqualTo(Map.of(
                        prefix, new Usage(20, 2), owner, new Usage(20, 2), new Usage.Owner("nobody"), Usage.NONE));
        Outcome.Refused files = limited(new Usage.Limit(prefix, 1_000, 2), put("d/c"));
        assertThat(files.kind()).isEqualTo(Outcome.Kind.LIMIT);
        assertThat(files.limit()).contains(new Usage.Limit(prefix, 1_000, 2));
        assertThat(limited(new Usage.Limit(owner, 29, 9), put("d/c")).kind()).isEqualTo(Outcome.Kind.LIMIT);
        assertThat(find("d/c").record()).isEmpty();
        assertThat(ledger.records().usage(List.of(prefix))).containsEntry(prefix, new Usage(20, 2));

        Usage.Limit small = new Usage.Limit(prefix, 1, 1);
        assertThat(attempt(small, put("d/a"))).isInstanceOf(Outcome.Committed.class);
        assertThat(attempt(small, delete("d/a"))).isInstanceOf(Outcome.Committed.class);
        assertThat(attempt(new Usage.Limit(owner, 20, 2), put("d/c"))).isInstanceOf(Outcome.Committed.class);
        assertThat(ledger.records().usage(List.of(owner))).containsEntry(owner, new Usage(20, 2));
    }

    private Outcome attempt(Usage.Limit limit, Operation operation) throws IOException {
        return ledger.records()
                .commit(List.of(new Attempt(UUID.randomUUID(), "bob", List.of(operation), List.of(limit))))
                .get(0);
    }

    private Outcome.Refused limited(Usage.Limit limit, Operation operation) throws IOException {
        return (Outcome.Refused) attempt(limit, operation);
    }

    @Test
    void shouldKnowWhichBlobsAreDead() throws IOException {
        made(new Operation.Put(path("a"), Expectation.ANY, version("one", 1), List.of()));
        made(new Operation.Put(path("a"), Expectation.ANY, version("two", 1), List.of()));
        made(new Operation.Put(path("b"), Expectation.ANY, version("two", 1), List.of()));
        made(delete("a"));
        assertThat(ledger.blobs().dead(Duration.ZERO, 10)).containsExactly("one");
        made(delete("b"));

        assertThat(ledger.blobs().dead(Duration.ZERO, 10)).containsExactly("one", "two");
        assertThat(ledger.blobs().dead(Duration.ZERO, 1)).containsExactly("one");
        assertThat(ledger.blobs().dead(Duration.ofHours(1), 10)).isEmpty();
        ledger.blobs().forget(List.of("one"));
        assertThat(ledger.blobs().dead(Duration.ZERO, 10)).containsExactly("two");
    }

    @Test
    void shouldNotCommitABlobThatWasGivenUp() throws IOException {
        made(new Operation.Put(path("a"), Expectation.ANY, version("used", 1), List.of()));
        assertThat(ledger.blobs().condemn(Set.of("used", "orphan"))).containsExactly("orphan");
        Operation.Put late = new Operation.Put(path("b"), Expectation.ANY, version("orphan", 1), List.of());

        assertThat(kind(late)).isEqualTo(Outcome.Kind.BLOB_GONE);
        assertThat(ledger.blobs().dead(Duration.ZERO, 10)).containsExactly("orphan");
        ledger.blobs().forget(List.of("orphan"));
        assertThat(kind(late)).isEqualTo(Outcome.Kind.BLOB_GONE);
        assertThat(ledger.blobs().condemn(Set.of("orphan"))).containsExactly("orphan");
    }

    @Test
    void shouldListHubs() throws IOException {
        commit(put("x"));
        commit(put("y"));
        LedgerHub one = new LedgerHub("b", UUID.randomUUID(), "10.0.0.1", 1);
        assertThat(ledger.hubs().confirm(one)).isEqualTo(2);
        ledger.hubs().confirm(new LedgerHub("a", UUID.randomUUID(), "", 0));
        LedgerHub later = new LedgerHub(one.name(), one.instance(), one.address(), 2);
        ledger.hubs().confirm(later);

        List<LedgerHubs.Seen> seen = ledger.hubs().list();
        assertThat(seen.stream().map(each -> each.hub().name())).containsExactly("a", "b");
        assertThat(seen.get(1).hub()).isEqualTo(later);
        assertThat(seen.get(1).millisAgo()).isBetween(0L, 600_000L);
    }

    @Test
    void shouldAcceptAVersionOnceHoweverManyWriteIt() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Integer>> writers = IntStream.range(0, 8)
                    .<Callable<Integer>>mapToObj(writer -> () -> write(writer))
                    .toList();
            int accepted = 0;
            for (Future<Integer> each : threads.invokeAll(writers)) {
                accepted += each.get();
            }

            assertThat(journal()).hasSize(accepted);
            assertThat(journal().stream().map(LedgerEntry::number))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, accepted).boxed().toList());
            assertThat(journal().stream().map(entry -> entry.version().etag().orElseThrow()))
                    .doesNotHaveDuplicates();
            assertThat(find("p0").record().orElseThrow().size()
                            + find("p1").record().orElseThrow().size())
                    .isEqualTo(accepted);
        } finally {
            threads.shutdown();
        }
    }

    /** Writes twenty versions, each in place of the one that was seen; returns how many were accepted. */
    private int write(int writer) throws IOException {
        int accepted = 0;
        for (int i = 0; i < 20; i++) {
            String path = "p" + i % 2;
            Optional<LedgerRecord> seen = find(path).record();
            Operation.Put put = new Operation.Put(
                    path(path),
                    Expectation.ofSeen(seen.map(LedgerRecord::etag)),
                    new NewVersion(
                            "\"" + writer + "-" + i + "\"",
                            seen.map(LedgerRecord::size).orElse(0L) + 1,
                            SHA256,
                            "b" + writer + "-" + i,
                            "",
                            Optional.empty()),
                    List.of());
            accepted += commit(put) instanceof Outcome.Committed ? 1 : 0;
        }
        return accepted;
    }

    @Test
    void shouldRefuseCallsWithoutAttemptsOrWithTooMany() {
        assertThatThrownBy(() -> ledger.records().commit(List.of())).isInstanceOf(IllegalArgumentException.class);
        List<Attempt> many = IntStream.range(0, 257)
                .mapToObj(i -> Attempt.of("bob", make("a")))
                .toList();
        assertThatThrownBy(() -> ledger.records().commit(many)).isInstanceOf(IllegalArgumentException.class);
    }
}
