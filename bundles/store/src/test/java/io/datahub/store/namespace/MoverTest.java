package io.datahub.store.namespace;

import static io.datahub.store.TestHub.ADMIN;
import static io.datahub.store.TestHub.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.MoveRequest;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.Verdict;
import io.datahub.records.settings.Quota;
import io.datahub.records.settings.StoreSettings;
import io.datahub.store.TestHub;
import io.datahub.store.TestHub.Killed;
import io.datahub.store.core.FailPoints.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Moves, as far as they depend on the disk and on the database. */
class MoverTest {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    private Result<List<Change>> move(String source, String target) throws IOException {
        return hub.records.move(new MoveRequest(ADMIN, "test", path(source), path(target), false));
    }

    private void mkdir(String directory) {
        try {
            hub.records.mkdir(new WriteRequest(ADMIN, "test", path(directory))).get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldNotMoveADirectoryToWhereAnEmptyOneBelowItHasTooLongAPath() throws Exception {
        String deep = "a" + ("/" + "x".repeat(190)).repeat(19);
        String name = "b".repeat(250);
        mkdir(deep);

        assertThat(move("a", name + "/" + name + "/b").refusal().map(Refusal::reason))
                .contains(Reason.BAD_REQUEST);
        assertThat(hub.file(deep)).isDirectory();
        assertThat(hub.metadata.isMadeDirectory(path(deep))).isTrue();
        assertThat(hub.put("c", "x").isRefused()).isFalse();
    }

    @Test
    void shouldForgetADirectoryThatAnotherProgramRemovedAndWhoseNewPathIsTooLong() throws Exception {
        String deep = "a" + ("/" + "x".repeat(190)).repeat(19);
        String name = "b".repeat(250);
        mkdir(deep);
        Files.delete(hub.file(deep));

        assertThat(move("a", name + "/" + name + "/b").isRefused()).isFalse();
        assertThat(hub.metadata.failure()).isEmpty();
        assertThat(hub.metadata.isMadeDirectory(path(deep))).isFalse();
    }

    @Test
    @Timeout(60)
    void shouldLeaveNoPathMarkedWhenAMoveCannotBeUndone() throws Exception {
        hub.put("a", "mine");
        StoreSettings settings = hub.settings;
        hub.atIntent = () -> {
            write("b", "your"); // so that nothing is renamed
            hub.settings = null; // fails the next transaction
        };
        assertThat(move("a", "b").isRefused()).isTrue();
        hub.settings = settings;
        hub.atIntent = () -> {};
        hub.check("");

        assertThat(hub.metadata.intents()).isEmpty();
        assertThat(hub.journaled()).containsExactly("file.created/a", "file.created/b");
    }

    private void write(String path, String text) {
        try {
            hub.write(path, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldDiscardTheNewLastGoodCopiesWhenAMoveFailsBeforeTheRename() throws Exception {
        hub.register("v", "1.0.0", "new/**", candidate -> Verdict.accept());
        hub.put("a", "x");
        hub.atIntent = () -> {
            throw new IllegalStateException("failed");
        };

        assertThatThrownBy(() -> move("a", "new/a")).isInstanceOf(IllegalStateException.class);
        assertThat(hub.folder("state/good")).isEmpty();
    }

    @Test
    void shouldDiscardTheNewLastGoodCopiesWhenTheNextRecordCannotBeValidated() throws Exception {
        hub.register("v", "1.0.0", "new/**", candidate -> {
            Files.deleteIfExists(hub.file("d/z"));
            return Verdict.accept();
        });
        hub.put("d/a", "x");
        hub.put("d/z", "x");

        assertThat(move("d", "new").isRefused()).isTrue();
        assertThat(hub.folder("state/good")).isEmpty();
    }

    @Test
    void shouldKeepADirectoryThatWasMadeWhileAMoveIntoItFailed() throws Exception {
        hub.put("a", "x");
        hub.atIntent = () -> {
            mkdir("new/d");
            write("a", "other");
        };

        assertThat(move("a", "new/d/b").isRefused()).isTrue();
        assertThat(hub.file("new/d")).isEmptyDirectory();
        hub.atIntent = () -> write("a", "another");
        hub.check("");
        assertThat(move("a", "other/d/b").isRefused()).isTrue();
        assertThat(hub.folder("files")).containsExactly("a", "new");
    }

    @Test
    void shouldKeepADirectoryThatWasMadeBeforeAWriteIntoItWasKilled() throws Exception {
        hub.atIntent = () -> mkdir("new/d");
        hub.killAt(Step.INTENDED, 1);
        assertThatThrownBy(() -> hub.put("new/d/a", "x")).isInstanceOf(Killed.class);
        hub.kill();
        hub.start();

        assertThat(hub.file("new/d")).isEmptyDirectory();
    }

    @Test
    void shouldRefuseADirectoryWithMoreRecordsThanTheMaximumAndSayWhatToDo() throws Exception {
        hub.configure("maxMovedRecords", 2);
        for (String record : List.of("a/1", "a/deep/2", "a/3")) {
            hub.put(record, "x");
        }
        Refusal refusal = move("a", "b").refusal().orElseThrow();
        assertThat(refusal.reason()).isEqualTo(Reason.CONFLICT);
        assertThat(refusal.detail()).contains("maxMovedRecords");
        assertThat(hub.file("b")).doesNotExist();

        assertThat(move("a/deep", "b").get()).hasSize(2);
        assertThat(move("a", "c").get()).hasSize(4);
        assertThat(hub.read("c/1")).isEqualTo("x");
    }

    @Test
    void shouldMoveAcrossQuotasAsFarAsTheNewPathAllows() throws Exception {
        hub.configure("quotas", Quota.parse("big/: 10, small/: 6 2 files"));
        hub.put("big/1", "123");
        hub.put("big/2", "456");
        hub.put("big/d/3", "789");

        Refusal refusal = move("big", "small/all").refusal().orElseThrow();
        assertThat(refusal.reason()).isEqualTo(Reason.NO_ROOM);
        assertThat(refusal.detail()).contains("small/");
        assertThat(hub.read("big/d/3")).isEqualTo("789");
        assertThat(move("big/1", "small/1").isRefused()).isFalse();
        assertThat(move("big/2", "small/2").isRefused()).isFalse();
        assertThat(move("big/d/3", "small/3").refusal().orElseThrow().reason()).isEqualTo(Reason.NO_ROOM);
        assertThat(move("small/1", "small/renamed").isRefused()).isFalse();

        hub.put("big/4", "1234567"); // what was moved away isn't counted any more
        assertThat(hub.put("big/5", "1").refusal().orElseThrow().reason()).isEqualTo(Reason.NO_ROOM);
        assertThat(move("small/renamed", "elsewhere").isRefused()).isFalse();
        assertThat(move("big/d/3", "small/3").isRefused()).isFalse();
    }

    @Test
    void shouldMoveNothingWhenTheDiskIsFullAndAllOnceThereIsRoom() throws Exception {
        hub.put("a/1", "x");
        hub.put("a/2", "y");
        hub.topics();
        boolean[] full = {true};
        hub.atIntent = () -> {
            if (full[0]) {
                MoverTest.<RuntimeException>fail(new FileSystemException("x", null, "No space left on device"));
            }
        };

        assertThat(move("a", "b").refusal().orElseThrow().reason()).isEqualTo(Reason.NO_ROOM);
        assertThat(hub.file("b")).doesNotExist();
        assertThat(hub.read("a/1")).isEqualTo("x");
        assertThat(hub.topics()).isEmpty();

        full[0] = false;
        assertThat(move("a", "b").get()).hasSize(4);
        assertThat(hub.read("b/2")).isEqualTo("y");
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void fail(Exception failure) throws E {
        throw (E) failure;
    }
}
