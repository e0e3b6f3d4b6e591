package io.datahub.cluster;

import static io.datahub.cluster.TestCluster.put;
import static io.datahub.cluster.TestCluster.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.Blobs;
import io.datahub.api.cluster.ClusterStatus.Member;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.LastingDrafts.Remaining;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.Verdict;
import io.datahub.test.cluster.MemoryLedger.Fault;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Hubs that share a ledger and blobs, and what they do when those fail. */
@Timeout(60)
class SeveralHubsTest {

    private static final RecordPath PATH = RecordPath.of("d/a");

    @TempDir
    Path folder;

    @RegisterExtension
    final TestCluster cluster = TestCluster.in(() -> folder);

    private final List<Change> heardByOther = new CopyOnWriteArrayList<>();

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    private static WriteRequest request(OptionalLong length) {
        return new WriteRequest(User.HUB, "test", PATH, Precondition.NONE, length, Map.of());
    }

    @Test
    void shouldShowAtOneHubWhatAnotherHasCommitted() throws IOException {
        Cluster other = cluster.startOther("b", heardByOther);
        Change change = put(cluster.hub, "d/a", "one").get();

        assertThat(read(other, "d/a")).isEqualTo("one");
        assertThat(other.records().find(User.HUB, PATH).get()).isEqualTo(change.version());
        assertThat(put(other, "d/a", "two").get().type()).isEqualTo(Change.Type.UPDATED);
        assertThat(read(cluster.hub, "d/a")).isEqualTo("two");
    }

    @Test
    void shouldServeNothingWhileItCannotReadTheUsersThatHaveChanged() throws Exception {
        cluster.validate("users", RecordPath.USERS.toString(), candidate -> Verdict.accept());
        AtomicBoolean isAway = new AtomicBoolean();
        cluster.blobsView = blobs -> (Blobs) Proxy.newProxyInstance(
                Blobs.class.getClassLoader(), new Class<?>[] {Blobs.class}, (proxy, method, args) -> {
                    if (isAway.get()) {
                        throw new IOException("the blobs are unreachable");
                    }
                    return method.invoke(blobs, args);
                });
        cluster.maxStale = Duration.ofMillis(700);
        Cluster other = cluster.startOther("b", heardByOther);
        isAway.set(true);
        put(cluster.hub, "d/a", "other records don't matter").get();
        await().until(() -> heardByOther.size() == 1);
        put(cluster.hub, RecordPath.USERS.toString(), "somebody has lost access")
                .get();

        await().until(() -> other.records().find(User.HUB, PATH).isRefused());
        assertThat(reason(other.records().find(User.HUB, PATH))).isEqualTo(Reason.UNAVAILABLE);
        assertThat(heardByOther).hasSize(1);
        isAway.set(false);
        await().until(() -> heardByOther.size() == 2);
        await().until(() -> !other.records().find(User.HUB, PATH).isRefused());
    }

    @Test
    void shouldAnnounceEachChangeOnceAtEachHub() throws Exception {
        Cluster other = cluster.startOther("b", heardByOther);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Cluster hub = i % 2 == 0 ? cluster.hub : other;
                int writer = i;
                writers.add(threads.submit(() -> {
                    for (int n = 0; n < 25; n++) {
                        put(hub, "d/" + writer + "-" + n % 5, "x" + n).get();
                    }
                    return null;
                }));
            }
            for (Future<?> each : writers) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }

        await().until(() -> heardByOther.size() >= 100 && cluster.announced.size() >= 100);
        assertThat(heardByOther).isEqualTo(cluster.announced);
        assertThat(heardByOther)
                .extracting(change -> change.cursor().sequence())
                .isEqualTo(LongStream.rangeClosed(1, 100).boxed().toList());
    }

    @Test
    void shouldPassOverEntriesThatOnlyLaterVersionsKnow() throws IOException {
        Cluster other = cluster.startOther("b", heardByOther);
        put(cluster.hub, "d/a", "one").get();
        cluster.ledger.addEntryOfLaterKind();
        put(other, "d/a", "two").get();
        cluster.ledger.addEntryOfLaterKind();

        await().untilAsserted(() -> {
            ChangeJournal.Page page =
                    cluster.journal().read(User.HUB, Cursor.BEGINNING, "", 10).get();
            assertThat(page.next().sequence()).isEqualTo(4);
            assertThat(page.changes()).isEqualTo(cluster.announced);
        });
        assertThat(cluster.announced)
                .extracting(change -> change.cursor().sequence())
                .containsExactly(1L, 3L);
        await().until(() -> heardByOther.equals(cluster.announced));
    }

    @Test
    void shouldWaitAtACursorThatIsAheadOfTheHub() throws IOException {
        Change change = put(cluster.hub, "d/a", "one").get();
        Cursor ahead = new Cursor(change.cursor().epoch(), change.cursor().sequence() + 5);

        assertThat(cluster.journal().read(User.HUB, ahead, "", 10).get())
                .isEqualTo(new ChangeJournal.Page(List.of(), ahead));
    }

    @Test
    void shouldCommitOnceThoughTheAnswerIsLost() throws IOException {
        put(cluster.hub, "d/a", "one").get();
        cluster.ledger.setFault(Fault.LOSE_NEXT_ANSWER);
        assertThat(put(cluster.hub, "d/a", "two").get().type()).isEqualTo(Change.Type.UPDATED);
        cluster.ledger.setFault(Fault.LOSE_NEXT_CHANGE);
        assertThat(put(cluster.hub, "d/a", "three").get().type()).isEqualTo(Change.Type.UPDATED);

        assertThat(read(cluster.hub, "d/a")).isEqualTo("three");
        assertThat(cluster.announced).hasSize(3);
    }

    @Test
    void shouldRefuseToReadKeptEventsWhileTheLedgerIsAway() throws IOException {
        put(cluster.hub, "d/a", "one").get();
        cluster.ledger.setFault(Fault.AWAY);
        assertThat(reason(
                        cluster.hub.events().history().read(User.HUB, Cursor.BEGINNING, Set.of("build."), 10, 1 << 20)))
                .isEqualTo(Reason.UNAVAILABLE);
        cluster.ledger.setFault(Fault.NONE);
    }

    @Test
    void shouldRefuseEverythingWhileItsViewIsTooOld() throws IOException {
        cluster.maxStale = Duration.ofMillis(700);
        Cluster other = cluster.startOther("b", heardByOther);
        put(other, "d/a", "one").get();
        cluster.ledger.setFault(Fault.AWAY);
        await().until(() -> !other.freshness().isFresh());

        assertThat(reason(other.records().find(User.HUB, PATH))).isEqualTo(Reason.UNAVAILABLE);
        assertThat(reason(put(other, "d/a", "two"))).isEqualTo(Reason.UNAVAILABLE);
        assertThat(reason(other.journal().read(User.HUB, Cursor.BEGINNING, "", 10)))
                .isEqualTo(Reason.UNAVAILABLE);
        cluster.ledger.setFault(Fault.NONE);
        await().until(() -> other.freshness().isFresh());
        assertThat(read(other, "d/a")).isEqualTo("one");
    }

    @Test
    void shouldRefuseUploadsWhileTheBlobsAreAway() throws IOException {
        put(cluster.hub, "d/a", "one").get();
        cluster.blobs.setAway(true);

        assertThat(reason(put(cluster.hub, "d/a", "two"))).isEqualTo(Reason.UNAVAILABLE);
        assertThat(cluster.records()
                        .list(User.HUB, RecordPath.of("d"), "", 10)
                        .get()
                        .entries())
                .hasSize(1);
        cluster.blobs.setAway(false);
        assertThat(put(cluster.hub, "d/a", "two").isRefused()).isFalse();
        assertThat(cluster.announced).hasSize(2);
    }

    @Test
    void shouldContinueAnUploadAtAnotherHub() throws IOException {
        Cluster other = cluster.startOther("b", heardByOther);
        WriteRequest request = request(OptionalLong.of(8));
        LastingDraft created = cluster.lastingDrafts().create(request, Map.of()).get();
        try (Draft here = cluster.lastingDrafts()
                .resume(request, created.name(), Remaining.RECEIVED)
                .get()) {
            here.append(ByteBuffer.wrap("four".getBytes(StandardCharsets.UTF_8)));
        }
        Draft earlier = cluster.lastingDrafts()
                .resume(request, created.name(), Remaining.RECEIVED)
                .get();
        assertThat(other.lastingDrafts().find(User.HUB, created.name()).get().size())
                .isEqualTo(4);
        try (Draft there = other.lastingDrafts()
                .resume(request, created.name(), Remaining.RECEIVED)
                .get()) {
            earlier.append(ByteBuffer.wrap(new byte[] {'x'}));
            assertThat(earlier.sync().map(Refusal::reason)).contains(Reason.CONFLICT);
            there.append(ByteBuffer.wrap("more".getBytes(StandardCharsets.UTF_8)));
            assertThat(there.commit().isRefused()).isFalse();
        }
        assertThat(reason(earlier.commit())).isNotNull();
        earlier.close();

        assertThat(read(cluster.hub, "d/a")).isEqualTo("fourmore");
        assertThat(cluster.lastingDrafts().find(User.HUB, created.name()).get().isCommitted())
                .isTrue();
    }

    @Test
    void shouldRefuseADraftWhosePlaceAnotherHubHasTaken() throws IOException {
        Cluster other = cluster.startOther("b", heardByOther);
        try (Draft directory =
                        cluster.records().begin(request(OptionalLong.empty())).get();
                Draft below = cluster.records()
                        .begin(new WriteRequest(User.HUB, "test", RecordPath.of("e/a/b")))
                        .get()) {
            put(other, "d/a/x", "now d/a is a directory").get();
            put(other, "e/a", "now this is a record").get();

            assertThat(reason(directory.commit())).isEqualTo(Reason.CONFLICT);
            assertThat(reason(below.commit())).isEqualTo(Reason.CONFLICT);
        }
        assertThat(cluster.blobs.keys()).hasSize(2);
    }

    @Test
    void shouldKeepNoBlobThatNobodyNeeds() throws IOException {
        put(cluster.hub, "d/a", "one").get();
        put(cluster.hub, "d/a", "two").get();
        cluster.records().delete(new WriteRequest(User.HUB, "test", PATH)).get();

        assertThat(cluster.ledger.blobs().dead(Duration.ZERO, 10))
                .hasSize(2)
                .containsExactlyInAnyOrderElementsOf(cluster.blobs.keys());
    }

    @Test
    void shouldListTheHubsAndNoticeTwoOfOneName() throws Exception {
        cluster.startOther("b", heardByOther);
        await().untilAsserted(() -> {
            cluster.hub.members().read();
            assertThat(cluster.hub.members().all())
                    .extracting(Member::name, Member::isAlive)
                    .containsExactly(tuple("a", true), tuple("b", true));
        });
        assertThat(cluster.hub.members().duplicates()).isEmpty();

        cluster.startOther("b", heardByOther);

        await().untilAsserted(() -> {
            cluster.hub.members().read();
            assertThat(cluster.hub.members().duplicates()).containsExactly("b");
        });
        assertThat(cluster.hub.members().all()).extracting(Member::name).containsExactly("a", "b");
    }

    @Test
    void shouldRefuseToReadTheJournalInTheFirstMomentOfAnOutage() throws IOException {
        put(cluster.hub, "d/a", "one").get();
        Cursor oldest = cluster.journal().oldest();
        cluster.ledger.setFault(Fault.AWAY); // the view is still young enough

        assertThat(reason(cluster.journal().read(User.HUB, Cursor.BEGINNING, "", 10)))
                .isEqualTo(Reason.UNAVAILABLE);
        assertThat(cluster.journal().oldest()).isEqualTo(oldest);
    }
}
