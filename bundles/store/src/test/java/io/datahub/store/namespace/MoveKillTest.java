package io.datahub.store.namespace;

import static io.datahub.store.TestHub.ADMIN;
import static io.datahub.store.TestHub.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.MoveRequest;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.Verdict;
import io.datahub.store.TestHub;
import io.datahub.store.TestHub.Killed;
import io.datahub.store.core.FailPoints.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kills the store at each step of a move and restarts it. */
class MoveKillTest {

    private static final Instant CLIENT = Instant.parse("2019-03-04T05:06:07Z");

    @TempDir
    Path folder;

    private static Result<List<Change>> move(TestHub hub, String source, String target) throws IOException {
        return hub.records.move(new MoveRequest(ADMIN, "test", path(source), path(target), true));
    }

    private static boolean isBeforeRename(Step step) {
        return step.compareTo(Step.MOVED) < 0;
    }

    private static void restart(TestHub hub) throws IOException {
        hub.kill();
        hub.start();
        assertThat(hub.metadata.intents()).isEmpty();
        List<String> journaled = hub.journaled();
        hub.check("");
        assertThat(hub.journaled()).isEqualTo(journaled);
        assertThat(hub.journal.head().sequence()).isEqualTo(journaled.size());
    }

    @ParameterizedTest
    @EnumSource(names = {"VALIDATED", "INTENDED", "MOVED", "FLUSHED", "INDEXED"})
    void shouldHaveMovedARecordOrNotWhenKilled(Step step) throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.register("v", "1.0.0", "**", candidate -> Verdict.accept());
            hub.put(new WriteRequest(ADMIN, "test", path("a/x")).withClientModified(Optional.of(CLIENT)), "text");
            String etag = hub.find("a/x").etag().orElseThrow();
            hub.killAt(step, 1);
            assertThatThrownBy(() -> move(hub, "a/x", "b/c/y")).isInstanceOf(Killed.class);
            restart(hub);

            if (isBeforeRename(step)) {
                assertThat(hub.read("a/x")).isEqualTo("text");
                assertThat(hub.find("a/x").etag()).contains(etag);
                assertThat(hub.folder("files")).containsExactly("a");
                assertThat(hub.journaled()).containsExactly("file.created/a/x");
            } else {
                assertThat(hub.read("b/c/y")).isEqualTo("text");
                assertThat(hub.find("b/c/y").clientModified()).contains(CLIENT);
                assertThat(hub.folder("files/a")).isEmpty();
                assertThat(hub.journaled())
                        .containsExactly("file.created/a/x", "file.created/b/c/y", "file.deleted/a/x");
                assertThat(hub.journal().get(1).user()).contains("ada");
                assertThat(hub.journal().get(1).validators()).hasSize(1);
                assertThat(hub.journal().get(2).version().etag()).contains(etag);
            }
            assertThat(hub.folder("state/good")).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INTENDED", "MOVED", "FLUSHED", "INDEXED"})
    void shouldHaveReplacedARecordOrNotWhenKilled(Step step) throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.put("a", "new");
            hub.put("b", "old");
            hub.killAt(step, 1);
            assertThatThrownBy(() -> move(hub, "a", "b")).isInstanceOf(Killed.class);
            restart(hub);

            if (isBeforeRename(step)) {
                assertThat(hub.read("a")).isEqualTo("new");
                assertThat(hub.read("b")).isEqualTo("old");
                assertThat(hub.journaled()).containsExactly("file.created/a", "file.created/b");
            } else {
                assertThat(hub.read("b")).isEqualTo("new");
                assertThat(hub.file("a")).doesNotExist();
                assertThat(hub.journaled())
                        .containsExactly("file.created/a", "file.created/b", "file.updated/b", "file.deleted/a");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"VALIDATED", "INTENDED", "MOVED", "FLUSHED", "INDEXED"})
    void shouldHaveMovedAllOfADirectoryOrNothingWhenKilled(Step step) throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            for (int i = 0; i < 20; i++) {
                hub.put("d/" + (i % 3) + "/r" + i, "text " + i);
            }
            hub.killAt(step, 1);
            assertThatThrownBy(() -> move(hub, "d", "new/e")).isInstanceOf(Killed.class);
            restart(hub);

            String place = isBeforeRename(step) ? "d/" : "new/e/";
            assertThat(hub.folder("files")).containsExactly(isBeforeRename(step) ? "d" : "new");
            for (int i = 0; i < 20; i++) {
                assertThat(hub.read(place + (i % 3) + "/r" + i)).isEqualTo("text " + i);
            }
            assertThat(hub.journaled()).hasSize(isBeforeRename(step) ? 20 : 60);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"VALIDATED", "INTENDED", "MOVED", "FLUSHED", "INDEXED"})
    void shouldHaveMovedTheDirectoriesThatWereMadeOrNotWhenKilled(Step step) throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.put("d/full/a", "text");
            for (String made : List.of("d/full", "d/empty", "e")) {
                hub.records.mkdir(new WriteRequest(ADMIN, "test", path(made))).get();
            }
            hub.killAt(step, 1);
            assertThatThrownBy(() -> move(hub, "d", "new/d")).isInstanceOf(Killed.class);
            restart(hub);
            hub.killAt(step, 1);
            assertThatThrownBy(() -> move(hub, "e", "new/e")).isInstanceOf(Killed.class);
            restart(hub);

            String place = isBeforeRename(step) ? "" : "new/";
            assertThat(hub.metadata.madeDirectories(path("")))
                    .containsExactlyInAnyOrder(path(place + "d/full"), path(place + "d/empty"), path(place + "e"));
            assertThat(hub.file(place + "d/empty")).isEmptyDirectory();
            assertThat(hub.file(place + "e")).isEmptyDirectory();
            assertThat(hub.folder("files")).contains(isBeforeRename(step) ? "d" : "new");
        }
    }

    @Test
    void shouldTellAMoveFromAnUnrelatedFileAtTheNewPath() throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.put("a", "mine");
            hub.killAt(Step.INTENDED, 1);
            assertThatThrownBy(() -> move(hub, "a", "b")).isInstanceOf(Killed.class);
            hub.kill();
            hub.write("b", "your");
            hub.start();
            hub.check("");

            assertThat(hub.journaled()).containsExactly("file.created/a", "file.created/b");
            assertThat(hub.journal().get(1).user()).isEmpty();
        }
    }

    @Test
    void shouldNotTakeASecondHardLinkForAMove() throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.put("a", "mine");
            Files.createLink(hub.file("b"), hub.file("a"));
            hub.check("");
            hub.killAt(Step.INTENDED, 1);
            assertThatThrownBy(() -> move(hub, "a", "b")).isInstanceOf(Killed.class);
            restart(hub);
            assertThat(hub.journaled()).containsExactly("file.created/a", "file.created/b");

            assertThat(move(hub, "a", "b").isRefused()).isFalse();
            assertThat(hub.file("a")).doesNotExist();
            assertThat(hub.read("b")).isEqualTo("mine");
            hub.check("");
            assertThat(hub.journaled())
                    .containsExactly("file.created/a", "file.created/b", "file.updated/b", "file.deleted/a");
        }
    }
}
