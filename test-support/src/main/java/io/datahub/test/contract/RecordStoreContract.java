package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Draft;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.StorageSpace;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.api.Timeout;

/** What every {@link RecordStore} with its {@link ChangeJournal} must do when records are written and deleted. */
@Timeout(120)
public abstract class RecordStoreContract {

    protected static final User ADMIN = new User("ada", Set.of(User.ADMIN), List.of());

    private static final Precondition ABSENT = Optional::isEmpty;

    /** The store, empty and without validators and limits. */
    protected abstract RecordStore store();

    /** Its journal. */
    protected abstract ChangeJournal journal();

    /** What listeners were notified of so far. */
    protected abstract List<Change> announced();

    /** Adds a validator, with the version 1.0.0. */
    protected abstract void validate(String name, String pattern, Validator validator);

    /** Sets the maximum size of a record. */
    protected abstract void limitSize(long bytes);

    /** Limits what is stored below a prefix. */
    protected abstract void limit(String prefix, long bytes, long files);

    /** Whatever is left of drafts that were closed, for messages; empty if nothing is. */
    protected abstract List<String> leftovers() throws IOException;

    protected static User user(String name, Object... grants) {
        List<Grant> all = new ArrayList<>();
        for (int i = 0; i < grants.length; i += 2) {
            all.add(new Grant((Action) grants[i], (String) grants[i + 1], "user " + name));
        }
        return new User(name, Set.of(), all);
    }

    protected static RecordPath path(String path) {
        return RecordPath.of(path);
    }

    protected static WriteRequest request(User user, String path, Precondition precondition) {
        return new WriteRequest(user, "test", path(path), precondition, OptionalLong.empty(), Map.of());
    }

    protected static WriteRequest request(User user, String path) {
        return request(user, path, Precondition.NONE);
    }

    protected static Precondition matches(Optional<String> etag) {
        return current -> current.flatMap(RecordVersion::etag).equals(etag) && etag.isPresent();
    }

    protected final Result<Change> put(WriteRequest request, String text) throws IOException {
        Result<Draft> begun = store().begin(request);
        if (begun.isRefused()) {
            return Result.refused(begun.refusal().orElseThrow());
        }
        try (Draft draft = begun.get()) {
            Optional<Refusal> refusal = draft.append(bytes(text));
            return refusal.isPresent() ? Result.refused(refusal.get()) : draft.commit();
        }
    }

    protected final RecordVersion put(String path, String text) throws IOException {
        return put(request(ADMIN, path), text).get().version();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    protected final String read(String path) throws IOException {
        try (Reading reading = store().open(ADMIN, path(path)).get()) {
            return text(reading);
        }
    }

    private static String text(Reading reading) throws IOException {
        try (InputStream in = reading.stream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    protected final Optional<String> etag(String path) throws IOException {
        return store().find(ADMIN, path(path)).get().etag();
    }

    protected static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    protected final List<String> topics() {
        return journal().read(User.HUB, Cursor.BEGINNING, "", 10_000).get().changes().stream()
                .map(Change::topic)
                .toList();
    }

    /** Every change was announced once, in the order of the journal. */
    private void assertAnnounced() {
        assertThat(announced())
                .isEqualTo(journal()
                        .read(User.HUB, Cursor.BEGINNING, "", 10_000)
                        .get()
                        .changes());
    }

    @Test
    void shouldCreateUpdateAndDelete() throws IOException {
        Change created = put(request(ADMIN, "d/a"), "one").get();
        Change updated = put(request(ADMIN, "d/a"), "two").get();
        assertThat(read("d/a")).isEqualTo("two");
        assertThat(store().find(ADMIN, path("d/a")).get()).isEqualTo(updated.version());
        List<Change> deleted = store().delete(request(ADMIN, "d/a")).get();

        assertThat(List.of(created.type(), updated.type(), deleted.get(0).type()))
                .containsExactly(Change.Type.CREATED, Change.Type.UPDATED, Change.Type.DELETED);
        assertThat(created.user()).contains("ada");
        assertThat(created.version().etag())
                .isPresent()
                .isNotEqualTo(updated.version().etag());
        assertThat(deleted.get(0).version()).isEqualTo(updated.version());
        assertThat(reason(store().find(ADMIN, path("d/a")))).isEqualTo(Reason.NOT_FOUND);
        assertThat(reason(store().open(ADMIN, path("d/a")))).isEqualTo(Reason.NOT_FOUND);
        assertThat(topics()).containsExactly("file.created/d/a", "file.updated/d/a", "file.deleted/d/a");
        assertThat(journal().head()).isEqualTo(deleted.get(0).cursor());
        assertAnnounced();
    }

    @Test
    void shouldPeekAtWhatIsFound() throws IOException {
        put("d/a", "one");
        RecordVersion version = put("d/a", "two");

        assertThat(store().peek(ADMIN, path("d/a")).orElse(version)).isEqualTo(version);
        assertThat(store().peek(user("x", Action.READ, "e/"), path("d/a"))).isEmpty();
        assertThat(store().peek(ADMIN, path("d"))).isEmpty();
        assertThat(store().peek(ADMIN, path("d/b"))).isEmpty();
        store().delete(request(ADMIN, "d/a"));
        assertThat(store().peek(ADMIN, path("d/a"))).isEmpty();
    }

    @Test
    void shouldGiveTheSameBytesAnotherEntityTag() throws IOException {
        Optional<String> first = put("a", "same").etag();

        assertThat(put("a", "same").etag()).isNotEqualTo(first);
        store().delete(request(ADMIN, "a"));
        assertThat(put("a", "same").etag()).isNotEqualTo(first);
    }

    @Test
    void shouldRefuseWhatIsNotGranted() throws IOException {
        put("builds/a", "x");
        put("secret/a", "x");
        User creator = user("creator", Action.CREATE, "builds/", Action.READ, "builds/");
        User writer = user("writer", Action.WRITE, "builds/");

        assertThat(reason(put(request(writer, "secret/b"), "x"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(put(request(creator, "builds/a"), "y"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(put(request(creator, "builds/b"), "y").isRefused()).isFalse();
        assertThat(reason(store().delete(request(creator, "builds/a")))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(store().delete(request(writer, "secret/a")))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(store().deleteTree(request(user("x", Action.WRITE, "builds/a"), "builds"))))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(store().find(writer, path("builds/a")))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(store().open(creator, path("secret/a")))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(store().find(creator, path("secret/none")))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(store().delete(request(ADMIN, "broker_users.xml")))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(store().deleteTree(request(ADMIN, "")))).isEqualTo(Reason.FORBIDDEN);
        assertThat(topics()).hasSize(3);
    }

    @Test
    void shouldCheckGrantsAgainOnCommit() throws IOException {
        User before = user("ann", Action.CREATE, "");
        List<Optional<User>> now = new ArrayList<>(List.of(Optional.of(before)));
        WriteRequest request = new WriteRequest(
                before, "test", path("a"), Precondition.NONE, OptionalLong.empty(), Map.of(), () -> now.get(0));
        try (Draft draft = store().begin(request).get()) {
            draft.append(bytes("x"));
            now.set(0, Optional.empty());
            assertThat(reason(draft.commit())).isEqualTo(Reason.UNAUTHENTICATED);
            now.set(0, Optional.of(user("ann")));
            assertThat(reason(draft.commit())).isEqualTo(Reason.FORBIDDEN);
            assertThat(topics()).isEmpty();
            now.set(0, Optional.of(before));
            assertThat(draft.commit().isRefused()).isFalse();
        }
    }

    @Test
    void shouldEvaluatePreconditions() throws IOException {
        assertThat(put(request(ADMIN, "a", ABSENT), "one").isRefused()).isFalse();
        Optional<String> first = etag("a");
        assertThat(reason(put(request(ADMIN, "a", ABSENT), "two"))).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(put(request(ADMIN, "a", matches(first)), "two").isRefused()).isFalse();

        assertThat(reason(put(request(ADMIN, "a", matches(first)), "three"))).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(reason(store().delete(request(ADMIN, "a", matches(first))))).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(reason(store().delete(request(ADMIN, "none", matches(first)))))
                .isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(read("a")).isEqualTo("two");
        assertThat(store().delete(request(ADMIN, "a", matches(etag("a")))).isRefused())
                .isFalse();
        assertThat(topics()).containsExactly("file.created/a", "file.updated/a", "file.deleted/a");
    }

    @Test
    void shouldEvaluateThePreconditionAgainOnCommit() throws IOException {
        try (Draft slow = store().begin(request(ADMIN, "a", ABSENT)).get()) {
            slow.append(bytes("slow"));
            put("a", "fast");

            assertThat(reason(slow.commit())).isEqualTo(Reason.PRECONDITION_FAILED);
        }
        assertThat(read("a")).isEqualTo("fast");
        assertThat(topics()).containsExactly("file.created/a");
    }

    @Test
    void shouldKeepRecordsAndDirectoriesApart() throws IOException {
        put("d/a", "x");

        assertThat(reason(put(request(ADMIN, "d"), "x"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(put(request(ADMIN, "d/a/b"), "x"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(put(request(ADMIN, "d/a/b/c"), "x"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(put(request(ADMIN, ""), "x"))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(store().find(ADMIN, path("d")))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(store().open(ADMIN, path("d")))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(store().find(ADMIN, path("d/a/b")))).isEqualTo(Reason.NOT_FOUND);
        assertThat(reason(store().delete(request(ADMIN, "d")))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(store().delete(request(ADMIN, "d", matches(etag("d/a"))))))
                .isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(reason(store().delete(request(ADMIN, "none")))).isEqualTo(Reason.NOT_FOUND);
        assertThat(topics()).containsExactly("file.created/d/a");
    }

    @Test
    void shouldKeepADirectoryUntilItIsDeleted() throws IOException {
        put("d/e/a", "x");
        store().delete(request(ADMIN, "d/e/a"));

        assertThat(store().list(ADMIN, path("d/e"), "", 10).get().entries()).isEmpty();
        assertThat(store().delete(request(ADMIN, "d/e")).get()).isEmpty();
        assertThat(reason(store().list(ADMIN, path("d/e"), "", 10))).isEqualTo(Reason.NOT_FOUND);
        assertThat(store().list(ADMIN, path("d"), "", 10).isRefused()).isFalse();
        assertThat(topics()).containsExactly("file.created/d/e/a", "file.deleted/d/e/a");
    }

    @Test
    void shouldDeleteATree() throws IOException {
        for (String path : List.of("d/a", "d/e/b", "d/e/f/c", "d.txt", "da/x")) {
            put(path, "x");
        }
        List<Change> changes = store().deleteTree(request(ADMIN, "d")).get();

        assertThat(changes)
                .extracting(Change::topic)
                .containsExactlyInAnyOrder("file.deleted/d/a", "file.deleted/d/e/b", "file.deleted/d/e/f/c");
        assertThat(reason(store().list(ADMIN, path("d"), "", 10))).isEqualTo(Reason.NOT_FOUND);
        assertThat(read("d.txt") + read("da/x")).isEqualTo("xx");
        assertThat(store().deleteTree(request(ADMIN, "d.txt")).get()).hasSize(1);
        assertAnnounced();
    }

    @Test
    void shouldChangeNothingThatAValidatorRefuses() throws IOException {
        validate("words", "docs/**", candidate -> {
            try (InputStream in = candidate.open()) {
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                return text.contains("wrong") ? Verdict.refuse(2, 3, "a wrong word") : Verdict.accept();
            }
        });
        Change accepted = put(request(ADMIN, "docs/a"), "right").get();
        Result<Change> refused = put(request(ADMIN, "docs/a"), "wrong");

        assertThat(accepted.validators()).containsExactly(new ValidatorId("words", "1.0.0"));
        assertThat(reason(refused)).isEqualTo(Reason.INVALID);
        assertThat(refused.refusal().orElseThrow().violations()).singleElement().satisfies(found -> {
            assertThat(found.validator() + found.version()).isEqualTo("words1.0.0");
            assertThat(found.line()).isEqualTo(2);
            assertThat(found.message()).isEqualTo("a wrong word");
        });
        assertThat(reason(put(request(ADMIN, "docs/b"), "wrong"))).isEqualTo(Reason.INVALID);
        assertThat(put(request(ADMIN, "other"), "wrong").get().validators()).isEmpty();
        assertThat(read("docs/a")).isEqualTo("right");
        assertThat(etag("docs/a")).isEqualTo(accepted.version().etag());
        assertThat(topics()).containsExactly("file.created/docs/a", "file.created/other");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void shouldShowAValidatorTheBytesAndThePreviousVersion() throws IOException {
        List<String> seen = new ArrayList<>();
        validate("spy", "a", candidate -> {
            try (InputStream in = candidate.open()) {
                Optional<InputStream> previous = candidate.openPrevious();
                seen.add(candidate.path() + " " + candidate.size() + " "
                        + candidate.user().orElse("-") + " " + new String(in.readAllBytes(), StandardCharsets.UTF_8)
                        + " " + (previous.isPresent() ? text(previous.get()) : "-"));
            }
            return Verdict.accept();
        });
        put("a", "one");
        put("a", "second");

        assertThat(seen).containsExactly("a 3 ada one -", "a 6 ada second one");
    }

    private static String text(InputStream in) throws IOException {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void shouldLimitTheSizeOfARecord() throws IOException {
        limitSize(10);
        WriteRequest announced = request(ADMIN, "a").withLength(OptionalLong.of(11));

        assertThat(reason(store().begin(announced))).isEqualTo(Reason.TOO_LARGE);
        assertThat(reason(put(request(ADMIN, "a"), "12345678901"))).isEqualTo(Reason.TOO_LARGE);
        assertThat(put(request(ADMIN, "a"), "1234567890").isRefused()).isFalse();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void shouldEnforceQuotas() throws IOException {
        limit("q/", 10, 2);
        put("q/a", "12345");

        assertThat(reason(put(request(ADMIN, "q/b"), "123456"))).isEqualTo(Reason.NO_ROOM);
        assertThat(reason(store().begin(request(ADMIN, "q/b").withLength(OptionalLong.of(6)))))
                .isEqualTo(Reason.NO_ROOM);
        put("q/b", "12345");
        assertThat(reason(put(request(ADMIN, "q/c"), ""))).isEqualTo(Reason.NO_ROOM);
        assertThat(put(request(ADMIN, "q/a"), "54321").isRefused()).isFalse();
        assertThat(reason(put(request(ADMIN, "q/a"), "123456"))).isEqualTo(Reason.NO_ROOM);
        put("elsewhere", "12345678901");
        store().delete(request(ADMIN, "q/b"));
        put("q/c", "12345");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void shouldCountDraftsToQuotas() throws IOException {
        limit("q/", 10, 10);
        WriteRequest eight = request(ADMIN, "q/a").withLength(OptionalLong.of(8));
        try (Draft draft = store().begin(eight).get()) {
            assertThat(draft.size()).isZero();
            assertThat(reason(put(request(ADMIN, "q/b"), "123"))).isEqualTo(Reason.NO_ROOM);
        }
        put("q/b", "123");
    }

    @Test
    void shouldLeaveNoTraceOfDraftsThatAreClosed() throws IOException {
        put("a", "old");
        try (Draft draft = store().begin(request(ADMIN, "a")).get()) {
            draft.append(bytes("new"));
        }
        try (Draft draft = store().begin(request(ADMIN, "new/dir/a")).get()) {
            draft.append(bytes("new"));
            draft.validate();
        }
        Draft twice = store().begin(request(ADMIN, "b")).get();
        twice.close();
        twice.close();

        assertThat(read("a")).isEqualTo("old");
        assertThat(reason(store().list(ADMIN, path("new"), "", 10))).isEqualTo(Reason.NOT_FOUND);
        assertThat(topics()).containsExactly("file.created/a");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void shouldKeepTheVersionThatIsOpen() throws IOException {
        put("a", "one");
        try (Reading first = store().open(ADMIN, path("a")).get()) {
            put("a", "second");
            try (Reading second = store().open(ADMIN, path("a")).get()) {
                store().delete(request(ADMIN, "a"));
                put("a", "third");

                assertThat(first.version().etag()).isNotEqualTo(second.version().etag());
                assertThat(text(second)).isEqualTo("second");
            }
            assertThat(text(first)).isEqualTo("one");
        }
        assertThat(read("a")).isEqualTo("third");
    }

    @Test
    void shouldAnnounceARejectedDraftAndKeepTheRecord() throws IOException {
        validate("no-x", "**", candidate -> {
            try (InputStream in = candidate.open()) {
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                return text.contains("x") ? Verdict.refuse("it has an x") : Verdict.accept();
            }
        });
        RecordVersion good = put("d/a", "one");
        Change rejected;
        try (Draft draft = store().begin(request(ADMIN, "d/a")).get()) {
            assertThat(draft.append(bytes("xyz"))).isEmpty();
            Refusal refusal = draft.commit().refusal().orElseThrow();
            rejected = draft.reject(refusal).get();
        }

        assertThat(rejected.type()).isEqualTo(Change.Type.REJECTED);
        assertThat(rejected.user()).contains("ada");
        assertThat(rejected.version().size()).isEqualTo(3);
        assertThat(read("d/a")).isEqualTo("one");
        assertThat(etag("d/a")).isEqualTo(good.etag());
        assertThat(topics()).containsExactly("file.created/d/a", "file.rejected/d/a");
        assertAnnounced();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void shouldTellTheRoomThatAQuotaLeaves() throws IOException {
        limit("q/", 10, 3);
        put("q/a", "1234");

        StorageSpace space = store().space(ADMIN, path("q")).get();

        assertThat(space.totalBytes()).isEqualTo(10);
        assertThat(space.freeBytes()).isEqualTo(6);
        assertThat(space.totalFiles()).isEqualTo(3);
        assertThat(space.freeFiles()).isEqualTo(2);
        assertThat(store().space(ADMIN, path("r")).get().totalBytes()).isGreaterThan(10);
        assertThat(reason(store().space(user("bob", Action.READ, "r/"), path("q"))))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(store().space(user("eve", Action.CREATE, "q/b"), path("q/b"))
                        .get()
                        .freeBytes())
                .isEqualTo(6);
    }

    @Test
    void shouldAcceptOneOfTwoWritersWithTheSamePrecondition() throws Exception {
        put("counter", "0");
        inParallel(6, () -> {
            for (int i = 0; i < 10; i++) {
                int before;
                Result<Change> result;
                do {
                    Optional<String> etag;
                    try (Reading reading = store().open(ADMIN, path("counter")).get()) {
                        etag = reading.version().etag();
                        before = Integer.parseInt(text(reading));
                    }
                    result = put(request(ADMIN, "counter", matches(etag)), String.valueOf(before + 1));
                } while (result.isRefused());
            }
            return null;
        });

        assertThat(read("counter")).isEqualTo("60");
        assertThat(topics()).hasSize(61);
        assertAnnounced();
    }

    @Test
    void shouldAnnounceEachOfManyWritesOfOnePathOnce() throws Exception {
        List<Change> answers = inParallel(8, () -> {
                    List<Change> own = new ArrayList<>();
                    for (int i = 0; i < 15; i++) {
                        own.add(put(
                                        request(ADMIN, "hot"),
                                        Thread.currentThread().getName() + i)
                                .get());
                    }
                    return own;
                })
                .stream()
                .flatMap(List::stream)
                .toList();

        List<Change> changes =
                journal().read(User.HUB, Cursor.BEGINNING, "", 1_000).get().changes();
        assertThat(changes).hasSize(120).containsExactlyInAnyOrderElementsOf(answers);
        assertThat(changes).extracting(Change::type).containsOnlyOnce(Change.Type.CREATED);
        assertThat(changes)
                .extracting(change -> change.version().etag().orElseThrow())
                .doesNotHaveDuplicates();
        assertThat(store().find(ADMIN, path("hot")).get())
                .isEqualTo(changes.get(119).version());
        assertAnnounced();
        assertThat(leftovers()).isEmpty();
    }

    private static <T> List<T> inParallel(int threads, Callable<T> work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<T>> started = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                started.add(executor.submit(work));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> each : started) {
                results.add(each.get());
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }
}
