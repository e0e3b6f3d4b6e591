package io.datahub.store.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import io.datahub.store.disk.FileStat;
import io.datahub.store.record.Await;
import io.datahub.store.record.TestHub;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetadataStoreTest {

    private static final FileStat STAT = new FileStat(FileStat.Kind.FILE, 1, 2, 3, 4, 0, 0);

    @TempDir
    Path folder;

    private final List<Change> heard = Collections.synchronizedList(new ArrayList<>());

    private MetadataStore open() throws IOException {
        return new MetadataStore(folder.resolve("store.mv"), () -> TestHub.LEDGER, heard::add);
    }

    private static Change enter(Transaction transaction, String path) {
        IndexEntry entry = IndexEntry.of(STAT, transaction.newEtag(""), "", "");
        transaction.put(RecordPath.of(path), entry);
        return transaction.append(
                new PendingChange(Change.Type.CREATED, entry.version(RecordPath.of(path)), "", List.of()));
    }

    @Test
    void shouldAnnounceOnlyWhatLastsAndInOrder() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (MetadataStore ledger = new MetadataStore(folder.resolve("store.mv"), () -> TestHub.LEDGER, change -> {
            busy.countDown();
            await(go);
            heard.add(change);
        })) {
            CommitFuture<Change> first = ledger.submit(transaction -> enter(transaction, "a"));
            busy.await();
            List<CommitFuture<Change>> more = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                int number = i;
                more.add(ledger.submit(transaction -> enter(transaction, "b" + number)));
            }
            assertThat(first.isDone()).isFalse();
            go.countDown();
            for (CommitFuture<Change> ticket : more) {
                ticket.await();
            }
            assertThat(heard).hasSize(51);
            assertThat(heard).extracting(change -> change.cursor().sequence()).isSorted();
            assertThat(ledger.head().cursor().sequence()).isEqualTo(51);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldMakeUpForWhatAKilledHubHadWrittenDownAndNotAnnounced() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Path asKilled = java.nio.file.Files.createDirectory(folder.resolve("as-killed"));
        try (MetadataStore ledger = new MetadataStore(folder.resolve("store.mv"), () -> TestHub.LEDGER, change -> {
            if (change.path().toString().equals("b1")) {
                busy.countDown();
                await(go);
            }
        })) {
            ledger.submit(transaction -> enter(transaction, "a")).await();
            ledger.submit(transaction -> {
                enter(transaction, "b0");
                enter(transaction, "b1");
                return enter(transaction, "b2");
            });
            busy.await();
            for (String file : List.of("store.mv", "announced")) {
                java.nio.file.Files.copy(folder.resolve(file), asKilled.resolve(file));
            }
            go.countDown();
        }
        for (int i = 0; i < 2; i++) {
            try (MetadataStore ledger =
                    new MetadataStore(asKilled.resolve("store.mv"), () -> TestHub.LEDGER, heard::add)) {
                ledger.submit(transaction -> enter(transaction, "later")).await();
            }
        }
        assertThat(heard).extracting(change -> change.path().toString()).containsExactly("b1", "b2", "later", "later");
    }

    @Test
    void shouldMakeUpAlsoWhenNothingElseHappens() throws Exception {
        try (MetadataStore ledger = open()) {
            ledger.submit(transaction -> enter(transaction, "a")).await();
            ledger.submit(transaction -> enter(transaction, "b")).await();
        }
        try (AnnouncedWatermark announced = new AnnouncedWatermark(folder.resolve("announced"))) {
            announced.move(heard.get(0).cursor().epoch(), 1);
        }
        heard.clear();
        try (MetadataStore ledger = open()) {
            assertThat(ledger.head().cursor().sequence()).isEqualTo(2);
            ledger.announcePending();
            Await.until(() -> heard.size() == 1);
            assertThat(heard.get(0).path()).hasToString("b");
        }
    }

    @Test
    void shouldBeginAnewWhenTheJournalLacksAnEntry() throws Exception {
        String epoch;
        try (MetadataStore ledger = open()) {
            for (String path : List.of("a", "b", "c")) {
                ledger.submit(transaction -> enter(transaction, path)).await();
            }
            epoch = ledger.head().cursor().epoch();
            ledger.read(books -> books.journal.remove(2L));
            Journal journal = new Journal(ledger);
            assertThatThrownBy(() -> journal.read(User.HUB, Cursor.BEGINNING, "", 10))
                    .hasMessageContaining("the journal lacks the entry 2");
        }
        try (MetadataStore ledger = open()) {
            assertThat(ledger.head().cursor().epoch()).isNotEqualTo(epoch);
            assertThat(ledger.isRebuilding()).isTrue();
        }
    }

    @Test
    void shouldGoOnWhenTheHeraldThrows() throws Exception {
        try (MetadataStore ledger = new MetadataStore(folder.resolve("store.mv"), () -> TestHub.LEDGER, change -> {
            throw new IllegalStateException("hoarse");
        })) {
            assertThat(ledger.submit(transaction -> enter(transaction, "a"))
                            .await()
                            .topic())
                    .isEqualTo("file.created/a");
            assertThat(ledger.failure()).isEmpty();
        }
    }

    @Test
    void shouldForgetHalfDoneWorkAndRecoverWhenWorkFails() throws Exception {
        try (MetadataStore ledger = open()) {
            ledger.submit(transaction -> enter(transaction, "before")).await();
            assertThatThrownBy(() -> ledger.submit(transaction -> {
                        enter(transaction, "half");
                        throw new IllegalStateException("broken");
                    }))
                    .isInstanceOf(IOException.class);
            CountDownLatch reopened = new CountDownLatch(1);
            ledger.onReopened(reopened::countDown);
            assertThat(ledger.failure()).isPresent();
            Await.until(() -> {
                try {
                    return ledger.entry(RecordPath.of("before")).isPresent();
                } catch (IOException e) {
                    return false;
                }
            });

            await(reopened);
            assertThat(ledger.entry(RecordPath.of("half"))).isEmpty();
            assertThat(ledger.submit(transaction -> enter(transaction, "after"))
                            .await()
                            .cursor()
                            .sequence())
                    .isEqualTo(2);
            assertThat(heard).extracting(Change::topic).containsExactly("file.created/before", "file.created/after");
        }
    }

    @Test
    void shouldRefuseAFileThatIsInUse() throws Exception {
        try (MetadataStore ledger = open()) {
            assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("in use");
            assertThat(ledger.size()).isZero();
        }
    }

    @Test
    void shouldNotBeHurtByAnInterruptOfWhoReads() throws Exception {
        try (MetadataStore ledger = open()) {
            for (int i = 0; i < 2_000; i++) {
                int number = i;
                ledger.submit(transaction -> enter(transaction, "f" + number));
            }
            ledger.submit(transaction -> "last").await();
        }
        try (MetadataStore ledger = open()) {
            Thread.currentThread().interrupt();
            for (int i = 0; i < 2_000; i++) {
                assertThat(ledger.entry(RecordPath.of("f" + i))).isPresent();
            }
            assertThat(Thread.interrupted()).isTrue();
            assertThat(ledger.failure()).isEmpty();
        }
    }

    @Test
    void shouldOrderASubtreeAsARangeInTheOrderOfAWalk() {
        TreeMap<String, String> keys = new TreeMap<>();
        for (String path : List.of("a", "a.b", "a/b", "a/b/c", "a/b.c", "a b", "a/!", "b", "a/b/!")) {
            keys.put(PathKeys.of(RecordPath.of(path)), path);
        }
        assertThat(keys.values()).containsExactly("a", "a/!", "a/b", "a/b/!", "a/b/c", "a/b.c", "a b", "a.b", "b");
        RecordPath a = RecordPath.of("a");
        assertThat(keys.subMap(PathKeys.begin(a), PathKeys.end(a)).values())
                .containsExactly("a/!", "a/b", "a/b/!", "a/b/c", "a/b.c");
        assertThat(keys.subMap(PathKeys.begin(RecordPath.ROOT), PathKeys.end(RecordPath.ROOT)))
                .hasSize(9);
        assertThat(PathKeys.path(PathKeys.of(RecordPath.of("a/b/c")))).isEqualTo(RecordPath.of("a/b/c"));
    }

    @Test
    void shouldReadBackWhatItWrote() throws Exception {
        RecordPath path = RecordPath.of("a/b");
        Intent intent = new Intent(
                Intent.Kind.REJECT,
                7,
                8,
                9,
                "ab",
                "ada",
                List.of(new io.datahub.api.validation.JudgedBy("v", "1")),
                List.of(io.datahub.api.validation.Violation.at(1, 2, "x".repeat(10_000))),
                3,
                "copy");
        try (MetadataStore ledger = open()) {
            ledger.submit(transaction -> {
                        transaction.putIntent(path, intent);
                        transaction.putLastGoodCopy(path, new LastGoodCopy("file", 5, "ff"));
                        return path;
                    })
                    .await();
        }
        try (MetadataStore ledger = open()) {
            Intent read = ledger.intent(path).orElseThrow();
            assertThat(read.violations().get(0).message()).hasSize(4_000);
            assertThat(read)
                    .usingRecursiveComparison()
                    .ignoringFields("violations")
                    .isEqualTo(intent);
            assertThat(ledger.lastGoodCopy(path)).contains(new LastGoodCopy("file", 5, "ff"));
            assertThat(ledger.intents()).containsExactly(path);
        }
        RecordVersion version = new IndexEntry(1, -1, 0, 0, "\"e\"", "", "").version(path);
        assertThat(version.modified()).isEqualTo(Instant.ofEpochSecond(-1, 999_999_999));
        assertThat(version.sha256()).isEqualTo(Optional.empty());
    }
}
