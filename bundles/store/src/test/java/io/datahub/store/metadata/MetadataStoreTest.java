package io.datahub.store.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeListener;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import io.datahub.records.change.PendingChange;
import io.datahub.store.TestHub;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetadataStoreTest {

    private static final FileStat STAT = new FileStat(FileStat.Kind.FILE, 1, 2, 3, 4, 0, 0);

    @TempDir
    Path folder;

    private final List<Change> announced = Collections.synchronizedList(new ArrayList<>());

    private MetadataStore open() throws IOException {
        return new MetadataStore(folder.resolve("store.mv"), () -> TestHub.SETTINGS, TestHub.notifying(announced::add));
    }

    static Change appendChange(Transaction transaction, String path) {
        IndexEntry entry = IndexEntry.of(STAT, transaction.newEtag(""), "", "");
        transaction.put(RecordPath.of(path), entry);
        return transaction.append(
                new PendingChange(Change.Type.CREATED, entry.version(RecordPath.of(path)), "", List.of()));
    }

    @Test
    void shouldAnnounceDurableChangesInOrder() throws Exception {
        CountDownLatch listenerCalled = new CountDownLatch(1);
        CountDownLatch resume = new CountDownLatch(1);
        try (MetadataStore metadata = new MetadataStore(folder.resolve("store.mv"), () -> TestHub.SETTINGS, change -> {
            listenerCalled.countDown();
            await(resume);
            announced.add(change);
            return ChangeListener.DONE;
        })) {
            CommitFuture<Change> first = metadata.submit(transaction -> appendChange(transaction, "a"));
            listenerCalled.await();
            List<CommitFuture<Change>> futures = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                int number = i;
                futures.add(metadata.submit(transaction -> appendChange(transaction, "b" + number)));
            }
            assertThat(first.isDone()).isFalse();
            resume.countDown();
            for (CommitFuture<Change> future : futures) {
                future.await();
            }
            assertThat(announced).hasSize(51);
            assertThat(announced)
                    .extracting(change -> change.cursor().sequence())
                    .isSorted();
            assertThat(metadata.head().cursor().sequence()).isEqualTo(51);
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
    void shouldAnnounceWhatAKilledHubHadJournaledButNotAnnounced() throws Exception {
        CountDownLatch listenerCalled = new CountDownLatch(1);
        CountDownLatch resume = new CountDownLatch(1);
        Path crashedState = java.nio.file.Files.createDirectory(folder.resolve("as-killed"));
        try (MetadataStore metadata = new MetadataStore(folder.resolve("store.mv"), () -> TestHub.SETTINGS, change -> {
            if (change.path().toString().equals("b1")) {
                listenerCalled.countDown();
                await(resume);
            }
            return ChangeListener.DONE;
        })) {
            metadata.submit(transaction -> appendChange(transaction, "a")).await();
            metadata.submit(transaction -> {
                appendChange(transaction, "b0");
                appendChange(transaction, "b1");
                return appendChange(transaction, "b2");
            });
            listenerCalled.await();
            for (String file : List.of("store.mv", "announced")) {
                java.nio.file.Files.copy(folder.resolve(file), crashedState.resolve(file));
            }
            resume.countDown();
        }
        for (int i = 0; i < 2; i++) {
            try (MetadataStore metadata = new MetadataStore(
                    crashedState.resolve("store.mv"), () -> TestHub.SETTINGS, TestHub.notifying(announced::add))) {
                metadata.submit(transaction -> appendChange(transaction, "later"))
                        .await();
            }
        }
        assertThat(announced)
                .extracting(change -> change.path().toString())
                .containsExactly("b1", "b2", "later", "later");
    }

    @Test
    void shouldAnnouncePendingChangesWithoutFurtherWrites() throws Exception {
        try (MetadataStore metadata = open()) {
            metadata.submit(transaction -> appendChange(transaction, "a")).await();
            metadata.submit(transaction -> appendChange(transaction, "b")).await();
        }
        try (AnnouncedWatermark watermark = new AnnouncedWatermark(folder.resolve("announced"))) {
            watermark.update(announced.get(0).cursor().epoch(), 1);
        }
        announced.clear();
        try (MetadataStore metadata = open()) {
            assertThat(metadata.head().cursor().sequence()).isEqualTo(2);
            metadata.announcePending();
            Awaitility.await().until(() -> announced.size() == 1);
            assertThat(announced.get(0).path()).hasToString("b");
        }
    }

    @Test
    void shouldStartANewEpochWhenTheJournalLacksAnEntry() throws Exception {
        String epoch;
        try (MetadataStore metadata = open()) {
            for (String path : List.of("a", "b", "c")) {
                metadata.submit(transaction -> appendChange(transaction, path)).await();
            }
            epoch = metadata.head().cursor().epoch();
            metadata.read(database -> database.journal.remove(2L));
            Journal journal = new Journal(metadata, () -> RecordUrls.RELATIVE);
            assertThatThrownBy(() -> journal.read(User.HUB, Cursor.BEGINNING, "", 10))
                    .hasMessageContaining("the journal has no entry 2");
        }
        try (MetadataStore metadata = open()) {
            assertThat(metadata.head().cursor().epoch()).isNotEqualTo(epoch);
            assertThat(metadata.isRebuilding()).isTrue();
        }
    }

    @Test
    void shouldContinueWhenTheListenerThrows() throws Exception {
        try (MetadataStore metadata = new MetadataStore(folder.resolve("store.mv"), () -> TestHub.SETTINGS, change -> {
            throw new IllegalStateException("hoarse");
        })) {
            assertThat(metadata.submit(transaction -> appendChange(transaction, "a"))
                            .await()
                            .topic())
                    .isEqualTo("file.created/a");
            assertThat(metadata.failure()).isEmpty();
        }
    }

    @Test
    void shouldCompleteACommitOnceItsListenerHasFinishedWithoutHoldingUpOthers() throws Exception {
        CompletableFuture<Void> finished = new CompletableFuture<>();
        try (MetadataStore metadata = new MetadataStore(
                folder.resolve("store.mv"),
                () -> TestHub.SETTINGS,
                change -> change.path().toString().equals("slow") ? finished : ChangeListener.DONE)) {
            CommitFuture<Change> slow = metadata.submit(transaction -> appendChange(transaction, "slow"));
            slow.requestFlush();
            Awaitility.await().until(() -> metadata.head().cursor().sequence() == 1);
            metadata.submit(transaction -> appendChange(transaction, "other")).await();
            assertThat(slow.isDone()).isFalse();
            finished.complete(null);
            assertThat(slow.await().path()).isEqualTo(RecordPath.of("slow"));
        }
    }

    @Test
    void shouldRollBackAFailedTransactionAndRecover() throws Exception {
        try (MetadataStore metadata = open()) {
            metadata.submit(transaction -> appendChange(transaction, "before")).await();
            assertThatThrownBy(() -> metadata.submit(transaction -> {
                        appendChange(transaction, "half");
                        throw new IllegalStateException("broken");
                    }))
                    .isInstanceOf(IOException.class);
            CountDownLatch reopened = new CountDownLatch(1);
            metadata.onReopened(reopened::countDown);
            assertThat(metadata.failure()).isPresent();
            Awaitility.await().until(() -> {
                try {
                    return metadata.entry(RecordPath.of("before")).isPresent();
                } catch (IOException e) {
                    return false;
                }
            });

            await(reopened);
            assertThat(metadata.entry(RecordPath.of("half"))).isEmpty();
            assertThat(metadata.submit(transaction -> appendChange(transaction, "after"))
                            .await()
                            .cursor()
                            .sequence())
                    .isEqualTo(2);
            assertThat(announced)
                    .extracting(Change::topic)
                    .containsExactly("file.created/before", "file.created/after");
        }
    }

    @Test
    void shouldRefuseAFileThatIsInUse() throws Exception {
        try (MetadataStore metadata = open()) {
            assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("in use");
            assertThat(metadata.size()).isZero();
        }
    }

    @Test
    void shouldSurviveAnInterruptOfAReadingThread() throws Exception {
        try (MetadataStore metadata = open()) {
            for (int i = 0; i < 2_000; i++) {
                int number = i;
                metadata.submit(transaction -> appendChange(transaction, "f" + number));
            }
            metadata.submit(transaction -> "last").await();
        }
        try (MetadataStore metadata = open()) {
            Thread.currentThread().interrupt();
            for (int i = 0; i < 2_000; i++) {
                assertThat(metadata.entry(RecordPath.of("f" + i))).isPresent();
            }
            assertThat(Thread.interrupted()).isTrue();
            assertThat(metadata.failure()).isEmpty();
        }
    }

    @Test
    void shouldOrderASubtreeAsAKeyRangeInWalkOrder() {
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
                List.of(new io.datahub.api.validation.ValidatorId("v", "1")),
                List.of(io.datahub.api.validation.Violation.at(1, 2, "x".repeat(10_000))),
                3,
                "copy");
        try (MetadataStore metadata = open()) {
            metadata.submit(transaction -> {
                        transaction.putIntent(path, intent);
                        transaction.putLastGoodCopy(path, new LastGoodCopyEntry("file", 5, "ff"));
                        return path;
                    })
                    .await();
        }
        try (MetadataStore metadata = open()) {
            Intent read = metadata.intent(path).orElseThrow();
            assertThat(read.violations().get(0).message()).hasSize(4_000);
            assertThat(read)
                    .usingRecursiveComparison()
                    .ignoringFields("violations")
                    .isEqualTo(intent);
            assertThat(metadata.lastGoodCopy(path)).contains(new LastGoodCopyEntry("file", 5, "ff"));
            assertThat(metadata.intents()).containsExactly(path);
        }
        RecordVersion version = new IndexEntry(1, -1, 0, 0, "\"e\"", "", "", CommitTimes.NONE).version(path);
        assertThat(version.modified()).isEqualTo(Instant.ofEpochSecond(-1, 999_999_999));
        assertThat(version.sha256()).isEqualTo(Optional.empty());
    }

    @Test
    void shouldReadEntriesAndIntentsOfEarlierVersions() throws Exception {
        byte[] entry = RecordCodec.write(out -> {
            for (long number = 1; number <= 4; number++) {
                out.writeLong(number);
            }
            out.writeUTF("\"e\"");
            out.writeUTF("ff");
            out.writeUTF("ada");
        });
        IndexEntry read = IndexEntry.unpack(entry);

        assertThat(read).isEqualTo(new IndexEntry(1, 2, 3, 4, "\"e\"", "ff", "ada", CommitTimes.NONE));
        assertThat(read.pack()).isEqualTo(entry);
        byte[] intent = RecordCodec.write(out -> {
            out.writeUTF("WRITE");
            for (long number = 1; number <= 3; number++) {
                out.writeLong(number);
            }
            out.writeUTF("ff");
            out.writeUTF("ada");
            out.writeInt(0);
            out.writeInt(0);
            out.writeInt(5);
            out.writeUTF("copy");
        });
        assertThat(Intent.unpack(intent))
                .isEqualTo(new Intent(Intent.Kind.WRITE, 1, 2, 3, "ff", "ada", List.of(), List.of(), 5, "copy"));
    }

    @Test
    void shouldKeepTheTimesThatAFileDoesNotCarry() {
        Instant committed = Instant.parse("2025-11-23T10:00:00.000000001Z");
        Instant client = Instant.parse("1969-12-31T23:59:59.999999999Z");
        IndexEntry entry = new IndexEntry(
                1, 2, 3, 4, "\"e\"", "ff", "ada", new CommitTimes(Optional.of(committed), Optional.of(client)));

        assertThat(IndexEntry.unpack(entry.pack())).isEqualTo(entry);
        RecordVersion version = entry.version(RecordPath.of("a"));
        assertThat(version.modified()).isEqualTo(committed);
        assertThat(version.clientModified()).contains(client);
    }
}
