package io.datahub.store.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.disk.Snapshots.Snapshot;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Precondition;
import io.datahub.store.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSnapshotsTest {

    @TempDir
    Path folder;

    @Test
    void shouldBeConsistentDuringConcurrentWrites() throws Exception {
        Path copy = folder.resolve("copy");
        Cursor end;
        List<Change> announced;
        try (TestHub hub = new TestHub(folder.resolve("hub"))) {
            AtomicBoolean stop = new AtomicBoolean();
            List<CompletableFuture<Void>> writers = Stream.of("a", "b", "c")
                    .map(name -> CompletableFuture.runAsync(() -> write(hub, name, stop)))
                    .toList();
            await().until(() -> hub.announced.size() > 30);
            try (Snapshot snapshot = hub.snapshots().take()) {
                int before = hub.announced.size();
                await().until(() -> hub.announced.size() > before + 30);
                end = snapshot.cursor();
                assertThat(snapshot.records()).isPositive();
                copy(snapshot.folder(), copy);
            } finally {
                stop.set(true);
            }
            writers.forEach(CompletableFuture::join);
            announced = List.copyOf(hub.announced);
        }

        try (TestHub restored = new TestHub(copy)) {
            Cursor head = restored.journal.head();
            assertThat(head.sequence()).isEqualTo(end.sequence());
            assertThat(head.isComparableTo(end)).isFalse();
            restored.check("");
            assertThat(restored.journal.head()).as("no change").isEqualTo(head);
            Map<String, String> last = new HashMap<>();
            for (Change change : announced) {
                if (change.cursor().isUpTo(end)) {
                    last.put(change.path().toString(), change.version().etag().orElseThrow());
                }
            }
            assertThat(last).isNotEmpty();
            for (Map.Entry<String, String> record : last.entrySet()) {
                assertThat(restored.find(record.getKey()).etag()).contains(record.getValue());
            }
        }
    }

    private static void write(TestHub hub, String name, AtomicBoolean stop) {
        try {
            for (int i = 0; !stop.get(); i++) {
                hub.put(name + "/" + i % 10, name + i);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @Test
    void shouldNotChangeTheVersionsOfRecords() throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.put("d/a", "1");
            var etag = hub.find("d/a").etag();
            assertThat(etag).isPresent();
            Snapshot snapshot = hub.snapshots().take();
            assertThat(Files.getAttribute(folder.resolve("files/d/a"), "unix:nlink"))
                    .isEqualTo(2);
            assertThat(hub.find("d/a").etag()).isEqualTo(etag);
            awaitNextTick(folder);
            snapshot.close();
            assertThat(hub.find("d/a").etag()).isEqualTo(etag);
        }
    }

    /** Waits until the file system's clock, which is coarser than the system's, has advanced. */
    private static void awaitNextTick(Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("tick"));
        FileTime before = Files.getLastModifiedTime(file);
        await().until(() ->
                Files.getLastModifiedTime(Files.write(file, new byte[1])).compareTo(before) > 0);
    }

    @Test
    void shouldRestoreTheVersionOfEachRecordBeforeAnyScan() throws Exception {
        Path copy = folder.resolve("copy");
        String etag;
        try (TestHub hub = new TestHub(folder.resolve("hub"))) {
            hub.put("a", "one");
            Files.setLastModifiedTime(
                    hub.root.resolve("files/a"), FileTime.from(Instant.parse("2026-11-01T00:00:00Z")));
            hub.check("");
            etag = hub.find("a").etag().orElseThrow();
            try (Snapshot snapshot = hub.snapshots().take()) {
                copy(snapshot.folder(), copy);
            }
        }

        try (TestHub restored = new TestHub(copy)) {
            await().until(() -> restored.find("a").etag().isPresent());
            assertThat(restored.find("a").etag()).contains(etag);
            assertThat(restored.announced).isEmpty();
        }
    }

    @Test
    void shouldNotTakeUnfinishedUploadsForCommitted() throws Exception {
        Path copy = folder.resolve("copy");
        String name;
        try (TestHub hub = new TestHub(folder.resolve("hub"))) {
            name = hub.lastingDrafts()
                    .create(TestHub.request(TestHub.ADMIN, "a", Precondition.NONE), Map.of())
                    .get()
                    .name();
            try (Snapshot snapshot = hub.snapshots().take()) {
                copy(snapshot.folder(), copy);
            }
        }

        try (TestHub restored = new TestHub(copy)) {
            assertThat(restored.lastingDrafts().find(TestHub.ADMIN, name).refusal())
                    .map(Refusal::reason)
                    .contains(Reason.NOT_FOUND);
            assertThat(restored.folder("state/uploads")).isEmpty();
        }
    }

    @Test
    void shouldNotMatchOtherBytesWithThePreviousVersion() throws Exception {
        try (TestHub hub = new TestHub(folder.resolve("hub"))) {
            hub.put("a", "one");
            Path file = hub.root.resolve("files/a");
            FileTime modified = Files.getLastModifiedTime(file);
            Files.writeString(file, "two");
            Files.setLastModifiedTime(file, modified);
            await().until(() ->
                    System.currentTimeMillis() - Files.getLastModifiedTime(file).toMillis() > 500);
            assertThat(hub.find("a").etag()).isEmpty();
        }
    }

    @Test
    void shouldAllowOneAtATimeAndLeaveNothing() throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.put("a", "1");
            try (Snapshot snapshot = hub.snapshots().take()) {
                assertThat(snapshot.folder().resolve("files/a")).hasContent("1");
                assertThatThrownBy(hub.snapshots()::take).hasMessageContaining("another backup");
                hub.put("a", "2");
                assertThat(snapshot.folder().resolve("files/a")).hasContent("1");
            }
            assertThat(folder.resolve("state/snapshot")).doesNotExist();
            hub.snapshots().take().close();
        }
    }
}
