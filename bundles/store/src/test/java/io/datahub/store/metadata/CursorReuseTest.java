package io.datahub.store.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.disk.Snapshots.Snapshot;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.store.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to the files of the journal, no cursor stands for two changes. */
class CursorReuseTest {

    @TempDir
    Path folder;

    private final Map<Cursor, String> seen = new HashMap<>();

    private Path file() {
        return folder.resolve("hub/state/store.mv");
    }

    /** Creates records, and remembers what their cursors stand for. */
    private void write(TestHub hub, String... paths) throws IOException {
        for (String path : paths) {
            Change change = hub.put(path, path).get();
            assertThat(seen.put(change.cursor(), path)).as(path).isNull();
        }
    }

    private void requireAllGone(TestHub hub, Cursor... cursors) {
        for (Cursor cursor : cursors) {
            assertThat(hub.journal.read(User.HUB, cursor, "", 10).refusal().map(Refusal::reason))
                    .contains(Reason.GONE);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @AfterEach
    void requireSeen() {
        assertThat(seen).isNotEmpty();
    }

    @Test
    void shouldNotReuseACursorAfterTheRestoreOfAnOlderBackup() throws Exception {
        Cursor backedUp;
        Cursor newest;
        try (TestHub hub = new TestHub(folder.resolve("hub"))) {
            write(hub, "a", "b");
            try (Snapshot snapshot = hub.snapshots().take()) {
                copy(snapshot.folder(), folder.resolve("restored"));
                backedUp = snapshot.cursor();
            }
            write(hub, "c", "d", "e");
            newest = hub.journal.head();
        }
        try (TestHub restored = new TestHub(folder.resolve("restored"))) {
            requireAllGone(restored, backedUp, newest);
            write(restored, "other1", "other2", "other3", "other4");
            requireAllGone(restored, backedUp, newest);
            Cursor head = restored.journal.head();
            restored.restart();
            assertThat(restored.journal.head()).as("once only").isEqualTo(head);
            assertThat(restored.journaled()).hasSize(4);
        }
    }

    @Test
    void shouldNotReuseACursorAfterTheEndOfTheFileWasLost() throws Exception {
        try (TestHub hub = new TestHub(folder.resolve("hub"))) {
            write(hub, "a", "b");
            hub.stop();
            Files.copy(file(), folder.resolve("older"));
            hub.start();
            write(hub, "c", "d");
            Cursor newest = hub.journal.head();
            hub.kill();
            Files.copy(folder.resolve("older"), file(), StandardCopyOption.REPLACE_EXISTING);
            hub.start();
            requireAllGone(hub, newest);
            write(hub, "e", "f", "g", "h");
            requireAllGone(hub, newest);
        }
    }

    @Test
    void shouldNotReuseACursorAfterTheDatabaseWasLost() throws Exception {
        try (TestHub hub = new TestHub(folder.resolve("hub"))) {
            write(hub, "a", "b");
            Cursor newest = hub.journal.head();
            hub.stop();
            Files.delete(file());
            hub.start();
            write(hub, "c", "d", "e");
            requireAllGone(hub, newest);
        }
    }

    @Test
    void shouldShowNoCursorOfAChangeThatAKillBeforeTheFlushHasLost() throws Exception {
        List<Change> announced = new CopyOnWriteArrayList<>();
        Path database = folder.resolve("store.mv");
        Cursor shown;
        MetadataStore killed = new MetadataStore(database, () -> TestHub.SETTINGS, TestHub.notifying(announced::add));
        try {
            seen.put(
                    killed.submit(transaction -> MetadataStoreTest.appendChange(transaction, "a"))
                            .await()
                            .cursor(),
                    "a");
            killed.submit(transaction -> MetadataStoreTest.appendChange(transaction, "perhaps lost"));
            shown = killed.head().cursor();
        } finally {
            killed.abandon();
        }
        int before = announced.size();
        try (MetadataStore metadata =
                new MetadataStore(database, () -> TestHub.SETTINGS, TestHub.notifying(announced::add))) {
            assertThat(shown.isUpTo(metadata.head().cursor())).isTrue();
            assertThat(announced.subList(0, before))
                    .allSatisfy(change -> assertThat(
                                    change.cursor().isUpTo(metadata.head().cursor()))
                            .isTrue());
            Change next = metadata.submit(transaction -> MetadataStoreTest.appendChange(transaction, "next"))
                    .await();
            assertThat(announced.subList(0, before)).extracting(Change::cursor).doesNotContain(next.cursor());
        }
    }
}
