package io.datahub.store.write;

import static io.datahub.store.TestHub.ADMIN;
import static io.datahub.store.TestHub.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.Verdict;
import io.datahub.store.TestHub;
import io.datahub.store.disk.SpareFile;
import io.datahub.store.reconcile.Postponed;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operations on a full disk, and what is retried once there is space. */
class FullDiskTest {

    private static final String USERS = RecordPath.USERS.toString();

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    /** Number of following index updates that find the disk full. */
    private int full;

    @BeforeEach
    void start() {
        hub.atIntent = () -> {
            if (full > 0) {
                full--;
                FullDiskTest.<RuntimeException>fail(new FileSystemException("x", null, "No space left on device"));
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void fail(Exception failure) throws E {
        throw (E) failure;
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    private void reserve(long bytes) {
        hub.configure("reserveBytes", bytes);
    }

    @Test
    void shouldChangeUsersAndDeleteWhenOtherWritesAreRefused() throws Exception {
        hub.register("users", "1.0.0", USERS, candidate -> Verdict.accept());
        hub.put("a", "x");
        hub.put(USERS, "<before/>");
        reserve(Long.MAX_VALUE / 2);

        assertThat(reason(hub.put("b", "x"))).isEqualTo(Reason.NO_ROOM);
        assertThat(reason(hub.put("a", "y"))).isEqualTo(Reason.NO_ROOM);
        WriteRequest piecemeal =
                new WriteRequest(ADMIN, "test", path("c"), Precondition.NONE, OptionalLong.of(5), Map.of());
        assertThat(reason(hub.lastingDrafts().create(piecemeal, Map.of()))).isEqualTo(Reason.NO_ROOM);
        WriteRequest directory = new WriteRequest(ADMIN, "test", path("d/e"));
        assertThat(reason(hub.records.mkdir(directory))).isEqualTo(Reason.NO_ROOM);
        assertThat(hub.file("d")).doesNotExist();
        assertThat(hub.put(USERS, "<after/>").refusal()).isEmpty();
        assertThat(hub.read(USERS)).isEqualTo("<after/>");
        assertThat(hub.delete("a").isRefused()).isFalse();
        assertThat(hub.health().ready()).isFalse();
    }

    @Test
    void shouldDeleteAfterReleasingTheSpareFile() throws Exception {
        hub.put("a", "x");
        hub.topics();
        full = 1;

        assertThat(hub.delete("a").get()).hasSize(1);

        assertThat(hub.topics()).containsExactly("file.deleted/a");
    }

    @Test
    void shouldDeleteWithoutAnIntentWhenThereIsNoSpaceForIt() throws Exception {
        hub.put("a", "x");
        List<RecordPath> reported = new ArrayList<>();
        hub.disk.listen(reported::add);
        hub.disk.reconcile(RecordPath.ROOT, Duration.ZERO, notForTheListener -> {});
        hub.topics();
        full = 2;

        assertThat(hub.delete("a").isRefused()).isFalse();

        assertThat(hub.file("a")).doesNotExist();
        hub.retryPostponed();
        assertThat(reported).containsExactly(path("a"));
        hub.check("a");
        assertThat(hub.topics()).containsExactly("file.deleted/a");
        assertThat(hub.put("a", "again").isRefused()).isFalse();
    }

    /** It does when the database is opened again, if the intent had reached the disk. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldReportWhatTheRecoveryDeletesMeanwhileAsDeleted(int attempt) throws Exception {
        hub.put("a", "x");
        hub.topics();
        int[] attempts = {0};
        hub.atIntent = () -> {
            attempts[0]++;
            if (attempts[0] == attempt) {
                hub.file("a").toFile().delete();
            }
            if (attempts[0] <= attempt) {
                FullDiskTest.<RuntimeException>fail(new FileSystemException("x", null, "No space left on device"));
            }
        };

        assertThat(hub.delete("a").isRefused()).isFalse();

        hub.check("a");
        assertThat(hub.topics()).containsExactly("file.deleted/a");
    }

    @Test
    void shouldEvaluateThePreconditionOnAFullDisk() throws Exception {
        hub.put("a", "x");
        int[] asked = {0};
        full = 2;

        // The condition holds before the first attempt and under the lock of both attempts; then the version changes.
        Result<?> result =
                hub.records.delete(TestHub.request(ADMIN, "a", current -> current.isPresent() && asked[0]++ < 3));

        assertThat(reason(result)).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(hub.file("a")).exists();
    }

    @Test
    void shouldDeleteATreeOnAFullDisk() throws Exception {
        hub.put("t/a", "x");
        hub.put("t/b", "x");
        hub.topics();
        full = 1;

        assertThat(hub.records
                        .deleteTree(new WriteRequest(ADMIN, "test", path("t")))
                        .get())
                .hasSize(2);
        assertThat(hub.topics()).containsExactlyInAnyOrder("file.deleted/t/a", "file.deleted/t/b");

        hub.put("t/a", "x");
        hub.put("t/b", "x");
        hub.topics();
        full = 2;
        assertThat(hub.records
                        .deleteTree(new WriteRequest(ADMIN, "test", path("t")))
                        .isRefused())
                .isFalse();
        assertThat(hub.file("t")).doesNotExist();
        hub.check("");
        assertThat(hub.topics()).containsExactlyInAnyOrder("file.deleted/t/a", "file.deleted/t/b");
    }

    @Test
    void shouldRetryAReconciliationThatFailedForLackOfSpace() throws Exception {
        hub.register("strict", "1.0.0", "**", candidate -> Verdict.refuse("never"));
        List<RecordPath> reported = new ArrayList<>();
        hub.disk.listen(reported::add);
        hub.disk.reconcile(RecordPath.ROOT, Duration.ZERO, notForTheListener -> {});
        hub.write("bad", "x");
        full = 1;

        hub.check("bad");
        assertThat(hub.file("bad")).exists();
        reported.clear();

        hub.retryPostponed();
        assertThat(reported).containsExactly(path("bad"));
        hub.check("bad");
        assertThat(hub.file("bad")).doesNotExist();
        assertThat(hub.topics()).containsExactly("file.rejected/bad");
        reported.clear();
        hub.retryPostponed();
        assertThat(reported).as("once").isEmpty();
    }

    @Test
    void shouldKeepASpareFileWhileThereIsSpace() throws Exception {
        Path spare = folder.resolve("state/spare");
        reserve(Long.MAX_VALUE / 2);
        hub.retryPostponed();
        assertThat(spare).doesNotExist();

        reserve(0);
        hub.retryPostponed();
        assertThat(spare).hasSize(SpareFile.BYTES);

        new SpareFile(spare).release();
        assertThat(spare).doesNotExist();
        Files.writeString(spare, "cut short by a kill");
        hub.retryPostponed();
        assertThat(spare).hasSize(SpareFile.BYTES);
    }

    @Test
    void shouldReconcileEverythingWhenTooManyPathsArePostponed() {
        Postponed postponed = new Postponed();
        for (int i = 0; i < 10_000; i++) {
            postponed.add(path("p" + i));
        }
        postponed.add(path("one too many"));

        assertThat(postponed.take()).containsExactly(RecordPath.ROOT);
        assertThat(postponed.isEmpty()).isTrue();
    }
}
