package io.datahub.store.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.cluster.HomeArchive;
import io.datahub.api.cluster.HomeArchive.Stored;
import io.datahub.api.cluster.HomeTarget;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Draft;
import io.datahub.api.record.WriteRequest;
import io.datahub.store.TestHub;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoppedHomesTest {

    @TempDir
    private Path folder;

    private final StoppedHomes homes = new StoppedHomes(TestHub.SETTINGS);

    private static Change put(TestHub hub, String path, String text) throws IOException {
        WriteRequest request = new WriteRequest(TestHub.ADMIN, "test", RecordPath.of(path));
        try (Draft draft = hub.records.begin(request).get()) {
            draft.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            return draft.commit().get();
        }
    }

    @Test
    void shouldReadTheRecordsAndTheJournalOfAStoppedHub() throws Exception {
        List<Change> changes = new ArrayList<>();
        try (TestHub hub = new TestHub(folder)) {
            for (int i = 0; i < 5; i++) {
                changes.add(put(hub, "d/r" + i, "text " + i));
            }
            hub.records
                    .mkdir(new WriteRequest(TestHub.ADMIN, "test", RecordPath.of("empty")))
                    .get();
            assertThatThrownBy(() -> homes.open(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by another hub");
        }

        try (HomeArchive home = homes.open(folder)) {
            assertThat(home.epoch()).isEqualTo(changes.get(0).cursor().epoch());
            assertThat(home.oldest()).isZero();
            assertThat(home.newest()).isEqualTo(5);
            assertThat(home.count()).isEqualTo(5);
            assertThat(home.hasKept()).isFalse();
            Path topics = Files.createDirectories(folder.resolve("state/history/topics/t-a"));
            assertThat(home.hasKept()).isFalse();
            Files.createFile(topics.resolve("1.segment"));
            assertThat(home.hasKept()).isTrue();
            List<Stored> first = home.records(RecordPath.ROOT, 3);
            List<Stored> rest = home.records(first.get(2).version().path(), 3);
            assertThat(first).hasSize(3);
            assertThat(rest).hasSize(2);
            assertThat(first.get(1)).isEqualTo(new Stored(changes.get(1).version(), "ada"));
            assertThat(rest.get(1).version()).isEqualTo(changes.get(4).version());
            try (InputStream in = home.open(RecordPath.of("d/r4"), 2)) {
                assertThat(in.readAllBytes()).asString().isEqualTo("xt 4");
            }
            assertThat(home.directories()).extracting(LedgerDirectory::path).containsExactly(RecordPath.of("empty"));
            List<LedgerEntry> entries = home.entries(1, 3);
            assertThat(entries).extracting(LedgerEntry::number).containsExactly(2L, 3L, 4L);
            assertThat(entries.get(0).version()).isEqualTo(changes.get(1).version());
            assertThat(entries.get(0).time()).isEqualTo(changes.get(1).time());
            assertThat(entries.get(0).user()).isEqualTo("ada");
            assertThat(home.entries(4, 3)).hasSize(1);
        }
    }

    @Test
    void shouldSayWhatIsNoHome() {
        assertThatThrownBy(() -> homes.open(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is no home of a hub");
    }

    @Test
    void shouldWriteAHomeWithTheSameTagsAndNumbers() throws Exception {
        Path target = folder.resolve("target");
        Change updated;
        try (TestHub hub = new TestHub(folder.resolve("source"))) {
            put(hub, "d/a", "one");
            updated = put(hub, "d/a", "two");
            put(hub, "b", "three");
            hub.records
                    .mkdir(new WriteRequest(TestHub.ADMIN, "test", RecordPath.of("empty")))
                    .get();
        }
        try (HomeArchive source = homes.open(folder.resolve("source"))) {
            write(source, target, false);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                    .isEqualTo("rwx------");
            assertThatThrownBy(() -> homes.open(target)).hasMessageContaining("is no home of a hub");
            write(source, target, true); // goes on
            assertThatThrownBy(() -> homes.create(target, "other", 0)).hasMessageContaining("has records already");

            try (TestHub hub = new TestHub(target)) {
                assertThat(hub.records.find(TestHub.ADMIN, RecordPath.of("d/a")).get())
                        .isEqualTo(updated.version());
                assertThat(hub.journal.head()).isEqualTo(new Cursor(source.epoch(), 3));
                assertThat(put(hub, "b", "four").cursor()).isEqualTo(new Cursor(source.epoch(), 4));
                assertThat(hub.announced)
                        .extracting(change -> change.cursor().sequence())
                        .containsExactly(4L);
            }
            try (HomeArchive written = homes.open(target)) {
                assertThat(written.entries(0, 3)).isEqualTo(source.entries(0, 3));
                assertThat(written.directories())
                        .extracting(LedgerDirectory::path)
                        .containsExactly(RecordPath.of("empty"));
            }
        }
    }

    private void write(HomeArchive source, Path target, boolean isFinished) throws IOException {
        try (HomeTarget home = homes.create(target, source.epoch(), source.oldest())) {
            for (Stored record : source.records(RecordPath.ROOT, 10)) {
                home.write(record, () -> source.open(record.version().path(), 0));
            }
            for (LedgerDirectory directory : source.directories()) {
                home.makeDirectory(directory.path());
            }
            home.addEntries(source.entries(source.oldest(), 10));
            if (isFinished) {
                home.finish();
            }
        }
    }

    @Test
    void shouldLeaveOutWhatWasDeletedBeforeTheExportWasRepeated() throws Exception {
        Path target = folder.resolve("target");
        try (TestHub hub = new TestHub(folder.resolve("before"))) {
            for (String path : List.of("gone/key.pem", "made/x", "a", "b/c", "d")) {
                put(hub, path, "old " + path);
            }
        }
        try (HomeArchive before = homes.open(folder.resolve("before"))) {
            write(before, target, false);
        }
        Files.createSymbolicLink(target.resolve("files/link"), folder);
        try (TestHub hub = new TestHub(folder.resolve("after"))) {
            for (String path : List.of("a/b", "b", "d")) {
                put(hub, path, "new " + path);
            }
            hub.records
                    .mkdir(new WriteRequest(TestHub.ADMIN, "test", RecordPath.of("made")))
                    .get();
        }
        try (HomeArchive after = homes.open(folder.resolve("after"))) {
            write(after, target, true);
        }

        try (Stream<Path> files = Files.walk(target.resolve("files"))) {
            assertThat(files.map(path -> target.resolve("files").relativize(path))
                            .map(Path::toString))
                    .containsExactlyInAnyOrder("", "a", "a/b", "b", "d", "made");
        }
        assertThat(target.resolve("files/b")).hasContent("new b");
        assertThat(folder.resolve("before")).isDirectory();
    }

    @Test
    void shouldRefuseAHubOnAHomeWhoseExportIsNotFinished() throws Exception {
        Path target = folder.resolve("target");
        try (HomeTarget home = homes.create(target, "epoch", 0)) {
            assertThatThrownBy(() -> StoppedHomes.requireFinished(target))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(target.toString())
                    .hasMessageContaining("repeat cluster-export");
            home.finish();
        }
        StoppedHomes.requireFinished(target);
    }
}
