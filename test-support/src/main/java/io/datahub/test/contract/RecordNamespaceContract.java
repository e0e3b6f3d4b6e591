package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.Listing;
import io.datahub.api.record.MoveRequest;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link RecordStore} must do with paths: moves, directories, and the client's time of a record. */
public abstract class RecordNamespaceContract {

    private static final User ADMIN = new User("ada", Set.of(User.ADMIN), List.of());
    private static final Instant CLIENT = Instant.parse("2019-03-04T05:06:07.000000008Z");

    /** The store to be tested, which is empty. */
    protected abstract RecordStore store();

    /** Adds a validator for the records that match a pattern. */
    protected abstract void validate(String pattern, Validator validator) throws IOException;

    /** All changes that were announced so far, in order. */
    protected abstract List<Change> announced();

    private static RecordPath path(String path) {
        return RecordPath.of(path);
    }

    private static User user(Object... actionsAndPaths) {
        List<Grant> grants = new ArrayList<>();
        for (int i = 0; i < actionsAndPaths.length; i += 2) {
            grants.add(new Grant((Action) actionsAndPaths[i], (String) actionsAndPaths[i + 1], "user bob"));
        }
        return new User("bob", Set.of(), grants);
    }

    private static WriteRequest request(User user, String path) {
        return new WriteRequest(user, "test", path(path));
    }

    private static WriteRequest request(User user, String path, Precondition precondition) {
        return new WriteRequest(user, "test", path(path), precondition, OptionalLong.empty(), Map.of());
    }

    private Change put(WriteRequest request, String text) throws IOException {
        try (Draft draft = store().begin(request).get()) {
            assertThat(draft.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))))
                    .isEmpty();
            return draft.commit().get();
        }
    }

    private Change put(String path, String text) throws IOException {
        return put(request(ADMIN, path), text);
    }

    private Result<List<Change>> move(User user, String source, String target) throws IOException {
        return store().move(new MoveRequest(user, "test", path(source), path(target), false));
    }

    private Result<List<Change>> replace(User user, String source, String target) throws IOException {
        return store().move(new MoveRequest(user, "test", path(source), path(target), true));
    }

    private RecordVersion find(String path) throws IOException {
        return store().find(ADMIN, path(path)).get();
    }

    private boolean exists(String path) throws IOException {
        return !store().find(ADMIN, path(path)).isRefused();
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    private List<String> topics() {
        return announced().stream().map(Change::topic).toList();
    }

    private List<String> names(User user, String directory) throws IOException {
        return store().list(user, path(directory), "", 100).get().entries().stream()
                .map(Listing.Entry::name)
                .toList();
    }

    private static Validator refusing(String word) {
        return candidate -> {
            try (InputStream bytes = candidate.open()) {
                return new String(bytes.readAllBytes(), StandardCharsets.UTF_8).contains(word)
                        ? Verdict.refuse(word)
                        : Verdict.accept();
            }
        };
    }

    // Moves of a record.

    @Test
    void shouldMoveARecordWithTwoEntriesAndANewVersion() throws Exception {
        Change created = put("in/a", "x");
        Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        List<Change> changes = move(ADMIN, "in/a", "out/deep/b").get();

        assertThat(changes).extracting(Change::topic).containsExactly("file.created/out/deep/b", "file.deleted/in/a");
        assertThat(changes.get(1).cursor().sequence())
                .isEqualTo(changes.get(0).cursor().sequence() + 1);
        assertThat(changes.get(1).version()).isEqualTo(created.version());
        assertThat(changes).allMatch(change -> change.user().equals(Optional.of("ada")));
        assertThat(announced()).containsSequence(changes);
        RecordVersion moved = find("out/deep/b");
        assertThat(moved).isEqualTo(changes.get(0).version());
        assertThat(moved.sha256()).isEqualTo(created.version().sha256());
        assertThat(moved.etag()).isPresent().isNotEqualTo(created.version().etag());
        assertThat(moved.modified()).isBetween(before, Instant.now());
        assertThat(exists("in/a")).isFalse();
        assertThat(names(ADMIN, "in")).isEmpty();
        assertThat(names(ADMIN, "out/deep")).containsExactly("b");
    }

    @Test
    void shouldNameTheUrlsThatChangesHave() throws Exception {
        Change change = put("a b/%", "x");
        assertThat(store().urls().of(path("a b/%"))).isEqualTo(change.url());
    }

    @Test
    void shouldReplaceARecordOnlyIfThatIsAskedFor() throws Exception {
        put("a", "new");
        Change old = put("b", "old");

        assertThat(reason(move(ADMIN, "a", "b"))).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(find("b")).isEqualTo(old.version());
        List<Change> changes = replace(ADMIN, "a", "b").get();
        assertThat(changes).extracting(Change::topic).containsExactly("file.updated/b", "file.deleted/a");
        assertThat(find("b").size()).isEqualTo(3);
        assertThat(find("b").etag()).isNotEqualTo(old.version().etag());
    }

    @Test
    void shouldEvaluateThePreconditionOnTheOldPath() throws Exception {
        put("a", "x");
        MoveRequest wrong =
                new MoveRequest(ADMIN, "test", path("a"), path("b"), current -> false, false, () -> Optional.of(ADMIN));
        assertThat(reason(store().move(wrong))).isEqualTo(Reason.PRECONDITION_FAILED);

        Optional<String> etag = find("a").etag();
        MoveRequest right = new MoveRequest(
                ADMIN,
                "test",
                path("a"),
                path("b"),
                current -> current.isPresent() && current.get().etag().equals(etag),
                false,
                () -> Optional.of(ADMIN));
        assertThat(store().move(right).isRefused()).isFalse();
    }

    @Test
    void shouldValidateForTheNewPath() throws Exception {
        validate("strict/**", refusing("bad"));
        put("a", "bad");
        put("b", "good");

        assertThat(reason(move(ADMIN, "a", "strict/a"))).isEqualTo(Reason.INVALID);
        assertThat(exists("a")).isTrue();
        assertThat(exists("strict/a")).isFalse();
        assertThat(move(ADMIN, "b", "strict/b").get().get(0).validators()).hasSize(1);
        assertThat(topics())
                .containsExactly("file.created/a", "file.created/b", "file.created/strict/b", "file.deleted/b");
    }

    @Test
    void shouldRequireGrantsOnBothPaths() throws Exception {
        put("old/a", "x");
        put("new/taken", "y");
        User all = user(Action.READ, "old/", Action.WRITE, "old/", Action.CREATE, "new/");

        assertThat(reason(
                        move(user(Action.READ, "old/", Action.CREATE, "old/", Action.WRITE, "new/"), "old/a", "new/a")))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(move(user(Action.READ, "old/", Action.WRITE, "old/", Action.READ, "new/"), "old/a", "new/a")))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(move(user(Action.WRITE, "old/", Action.WRITE, "new/"), "old/a", "new/a")))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(replace(all, "old/a", "new/taken"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(move(user(), "old/none", "new/a"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(move(all, "old/a", "new/a").isRefused()).isFalse();
    }

    @Test
    void shouldNotMoveWhatCannotBeMoved() throws Exception {
        put("a", "x");
        put("d/x", "x");

        assertThat(reason(move(ADMIN, "none", "b"))).isEqualTo(Reason.NOT_FOUND);
        assertThat(reason(replace(ADMIN, "a", "a"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(replace(ADMIN, "a", "d"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(move(ADMIN, "a", "d"))).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(reason(replace(ADMIN, "a", "a/b"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(move(ADMIN, "a", "broker_users.xml"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(move(ADMIN, "broker_users.xml", "b"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(store().move(new MoveRequest(ADMIN, "test", RecordPath.ROOT, path("b"), true))))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(store().move(new MoveRequest(ADMIN, "test", path("a"), RecordPath.ROOT, true))))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(find("a").size()).isEqualTo(1);
    }

    @Test
    void shouldMoveNothingForAUserWhoseCredentialsWereRevoked() throws Exception {
        put("a", "x");
        MoveRequest request =
                new MoveRequest(ADMIN, "test", path("a"), path("b"), Precondition.NONE, false, Optional::empty);

        assertThat(reason(store().move(request))).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(exists("a")).isTrue();
    }

    @Test
    void shouldKeepTheVersionThatAReaderHasOpen() throws Exception {
        put("a", "content");
        try (var reading = store().open(ADMIN, path("a")).get()) {
            move(ADMIN, "a", "b").get();

            assertThat(reading.version().path()).isEqualTo(path("a"));
            assertThat(reading.version().size()).isEqualTo(7);
        }
    }

    @Test
    void shouldKeepEveryRecordWhenThreadsMoveInCircles() throws Exception {
        put("a", "1");
        put("b", "22");
        put("c", "333");
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Callable<Integer>> rounds = List.of(
                    () -> round("a", "b", "tmp-1"), () -> round("b", "c", "tmp-2"), () -> round("c", "a", "tmp-3"));
            for (Future<Integer> each : threads.invokeAll(rounds)) {
                assertThat(each.get()).isPositive();
            }
        } finally {
            threads.shutdownNow();
        }
        long size = 0;
        for (Listing.Entry entry :
                store().list(ADMIN, RecordPath.ROOT, "", 10).get().entries()) {
            size += entry.size();
        }
        assertThat(size).isEqualTo(6);
        List<Change> changes = announced();
        long first = changes.get(0).cursor().sequence();
        assertThat(changes.get(changes.size() - 1).cursor().sequence()).isEqualTo(first + changes.size() - 1);
    }

    private int round(String one, String other, String free) throws IOException {
        int moved = 0;
        for (int i = 0; i < 30; i++) {
            for (String[] each : new String[][] {{one, free}, {other, one}, {free, other}, {free, one}}) {
                moved += move(ADMIN, each[0], each[1]).isRefused() ? 0 : 1;
            }
        }
        return moved + 1;
    }

    // Moves of a directory.

    @Test
    void shouldMoveADirectoryWithEverythingInIt() throws Exception {
        put("d/a", "1");
        put("d/e/b", "22");
        put("dx", "not below d");
        store().mkdir(request(ADMIN, "d/empty")).get();
        List<Change> changes = move(ADMIN, "d", "new/n").get();

        assertThat(changes)
                .extracting(Change::topic)
                .containsExactly(
                        "file.created/new/n/a", "file.deleted/d/a", "file.created/new/n/e/b", "file.deleted/d/e/b");
        long first = changes.get(0).cursor().sequence();
        assertThat(changes)
                .extracting(change -> change.cursor().sequence())
                .containsExactly(first, first + 1, first + 2, first + 3);
        assertThat(announced()).containsSequence(changes);
        assertThat(names(ADMIN, "")).containsExactly("dx", "new");
        assertThat(names(ADMIN, "new/n")).containsExactly("a", "e", "empty");
        assertThat(find("new/n/e/b").size()).isEqualTo(2);
    }

    @Test
    void shouldMoveAnEmptyDirectoryWithoutEvents() throws Exception {
        store().mkdir(request(ADMIN, "d")).get();

        assertThat(move(ADMIN, "d", "e").get()).isEmpty();
        assertThat(names(ADMIN, "")).containsExactly("e");
        assertThat(announced()).isEmpty();
    }

    @Test
    void shouldMoveAllOfADirectoryOrNothing() throws Exception {
        validate("strict/**", refusing("bad"));
        put("d/a", "good");
        put("d/z", "bad");
        Result<List<Change>> result = move(ADMIN, "d", "strict");

        assertThat(reason(result)).isEqualTo(Reason.INVALID);
        assertThat(result.refusal().orElseThrow().detail()).contains("d/z");
        assertThat(names(ADMIN, "d")).containsExactly("a", "z");
        assertThat(names(ADMIN, "")).containsExactly("d");
        assertThat(topics()).containsExactly("file.created/d/a", "file.created/d/z");
    }

    @Test
    void shouldNotMoveADirectoryIntoItselfOrOverSomething() throws Exception {
        put("d/a", "1");
        put("e/b", "2");
        put("f", "3");

        assertThat(reason(move(ADMIN, "d", "d/below"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(move(ADMIN, "d", "d"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(replace(ADMIN, "d", "e"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(replace(ADMIN, "d", "f"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(move(ADMIN, "d", "e"))).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(names(ADMIN, "d")).containsExactly("a");
    }

    @Test
    void shouldRequireGrantsForAllOfADirectory() throws Exception {
        put("d/a", "1");
        User partly = user(Action.READ, "d/", Action.WRITE, "d/a", Action.CREATE, "e/");
        User all = user(Action.READ, "d/", Action.WRITE, "d/", Action.CREATE, "e/");

        assertThat(reason(move(partly, "d", "e"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(move(all, "d", "x"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(move(all, "d", "e").isRefused()).isFalse();
    }

    // Directories.

    @Test
    void shouldCreateADirectoryWithItsParentsAndNoEvent() throws Exception {
        assertThat(store().mkdir(request(ADMIN, "a/b")).get()).isTrue();
        assertThat(store().mkdir(request(ADMIN, "a/b")).get()).isFalse();
        assertThat(store().mkdir(request(ADMIN, "a")).get()).isFalse();

        assertThat(names(ADMIN, "a")).containsExactly("b");
        assertThat(names(ADMIN, "a/b")).isEmpty();
        Listing.Entry entry = store().stat(ADMIN, path("a/b")).get();
        assertThat(entry.directory()).isTrue();
        assertThat(entry.name()).isEqualTo("b");
        assertThat(announced()).isEmpty();
        put("a/b/c", "x");
        assertThat(names(ADMIN, "a/b")).containsExactly("c");
    }

    @Test
    void shouldNotCreateADirectoryWhereARecordIs() throws Exception {
        put("a", "x");

        assertThat(reason(store().mkdir(request(ADMIN, "a")))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(store().mkdir(request(ADMIN, "a/b")))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(store().mkdir(request(ADMIN, "broker_users.xml/b")))).isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldEvaluateThePreconditionOfADirectory() throws Exception {
        Precondition absent = Optional::isEmpty;

        assertThat(store().mkdir(request(ADMIN, "d", absent)).get()).isTrue();
        assertThat(reason(store().mkdir(request(ADMIN, "d", absent)))).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(reason(store().mkdir(request(ADMIN, "e", Optional::isPresent))))
                .isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(reason(store().rmdir(request(ADMIN, "d", absent)))).isEqualTo(Reason.PRECONDITION_FAILED);
    }

    @Test
    void shouldRequireAGrantThatLeadsIntoTheDirectory() throws Exception {
        User creator = user(Action.CREATE, "a/b/", Action.READ, "");

        assertThat(store().mkdir(request(creator, "a")).isRefused()).isFalse();
        assertThat(store().mkdir(request(creator, "a/b/c")).isRefused()).isFalse();
        assertThat(reason(store().mkdir(request(creator, "x")))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(store().mkdir(request(user(Action.READ, ""), "a/r")))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(store().rmdir(request(creator, "a/b/c")))).isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldRemoveOnlyEmptyDirectories() throws Exception {
        put("d/a", "x");
        store().mkdir(request(ADMIN, "d/e")).get();

        assertThat(reason(store().rmdir(request(ADMIN, "d")))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(store().rmdir(request(ADMIN, "d/a")))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(store().rmdir(request(ADMIN, "none")))).isEqualTo(Reason.NOT_FOUND);
        assertThat(reason(store().rmdir(new WriteRequest(ADMIN, "test", RecordPath.ROOT))))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(store().rmdir(request(ADMIN, "d/e")).get()).isEqualTo(path("d/e"));
        assertThat(names(ADMIN, "d")).containsExactly("a");
        assertThat(topics()).containsExactly("file.created/d/a");
    }

    @Test
    void shouldSayWhatIsAtAPath() throws Exception {
        Change change = put("d/a", "four");
        Listing.Entry record = store().stat(ADMIN, path("d/a")).get();

        assertThat(record.directory()).isFalse();
        assertThat(record.size()).isEqualTo(4);
        assertThat(record.etag()).isEqualTo(change.version().etag());
        assertThat(store().stat(ADMIN, RecordPath.ROOT).get().directory()).isTrue();
        assertThat(reason(store().stat(ADMIN, path("d/none")))).isEqualTo(Reason.NOT_FOUND);
        assertThat(reason(store().stat(user(Action.READ, "e/"), path("d/a")))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(store().stat(user(Action.READ, "e/"), path("d/none"))))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(store().stat(user(Action.READ, "d/a"), path("d")).isRefused())
                .isFalse();
    }

    // The client's time.

    @Test
    void shouldKeepTheTimeOfTheClientBesideTheTimeOfTheCommit() throws Exception {
        Instant before = Instant.now().minusMillis(10);
        Change change = put(request(ADMIN, "d/a").withClientModified(Optional.of(CLIENT)), "x");

        assertThat(change.version().clientModified()).contains(CLIENT);
        assertThat(change.version().modified()).isAfter(before);
        assertThat(find("d/a")).isEqualTo(change.version());
        assertThat(store().stat(ADMIN, path("d/a")).get().clientModified()).contains(CLIENT);
        assertThat(store().list(ADMIN, path("d"), "", 1).get().entries().get(0).clientModified())
                .contains(CLIENT);
        assertThat(put("d/a", "next version").version().clientModified()).isEmpty();
    }

    @Test
    void shouldSetTheTimeOfTheClientWithoutANewVersion() throws Exception {
        Change change = put("a", "x");
        WriteRequest request = request(ADMIN, "a").withClientModified(Optional.of(CLIENT));
        RecordVersion version = store().setClientModified(request).get();

        assertThat(version.clientModified()).contains(CLIENT);
        assertThat(version.etag()).isEqualTo(change.version().etag());
        assertThat(version.modified()).isEqualTo(change.version().modified());
        assertThat(find("a")).isEqualTo(version);
        assertThat(topics()).containsExactly("file.created/a");
        assertThat(store().setClientModified(request(ADMIN, "a")).get()).isEqualTo(change.version());
    }

    @Test
    void shouldKeepTheTimeOfTheClientWhenTheRecordIsMoved() throws Exception {
        put(request(ADMIN, "d/a").withClientModified(Optional.of(CLIENT)), "x");

        assertThat(move(ADMIN, "d/a", "d/b").get().get(0).version().clientModified())
                .contains(CLIENT);
        move(ADMIN, "d", "e").get();
        assertThat(find("e/b").clientModified()).contains(CLIENT);
    }

    @Test
    void shouldRefuseTheTimeOfTheClientFromOthers() throws Exception {
        User creator = user(Action.CREATE, "");
        put(request(creator, "own"), "x");
        put("other", "x");

        assertThat(setTime(creator, "own").isRefused()).isFalse();
        assertThat(reason(setTime(creator, "other"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(setTime(user(Action.WRITE, ""), "other").isRefused()).isFalse();
        assertThat(reason(setTime(ADMIN, "none"))).isEqualTo(Reason.NOT_FOUND);
        store().mkdir(request(ADMIN, "d")).get();
        assertThat(reason(setTime(ADMIN, "d"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(store().setClientModified(request(ADMIN, "own", current -> false))))
                .isEqualTo(Reason.PRECONDITION_FAILED);
    }

    private Result<RecordVersion> setTime(User user, String path) throws IOException {
        return store().setClientModified(request(user, path).withClientModified(Optional.of(CLIENT)));
    }
}
