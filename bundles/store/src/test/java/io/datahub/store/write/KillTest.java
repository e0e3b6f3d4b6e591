package io.datahub.store.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.Verdict;
import io.datahub.store.TestHub;
import io.datahub.store.TestHub.Killed;
import io.datahub.store.core.FailPoints.Step;
import io.datahub.store.core.PathState;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.PathKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kills the store at each step and restarts it. */
class KillTest {

    @TempDir
    Path folder;

    private static boolean isBeforeRename(Step step) {
        return step.compareTo(Step.MOVED) < 0;
    }

    private void requireConsistent(TestHub hub) throws IOException {
        assertThat(hub.folder("state/staging")).isEmpty();
        assertThat(hub.metadata.intents()).isEmpty();
        for (MetadataStore.Indexed indexed : hub.metadata.range("", "\uffff", 1000)) {
            RecordPath path = PathKeys.path(indexed.key());
            PathState state = new PathState(
                    new io.datahub.store.disk.Tree(hub.file("")).lookUp(path), java.util.Optional.of(indexed.entry()));
            assertThat(state.isConsistent()).isTrue();
        }
        hub.topics();
        hub.check("");
        assertThat(hub.topics()).isEmpty();
        assertThat(hub.journal.head().sequence()).isEqualTo(hub.journaled().size());
    }

    @ParameterizedTest
    @EnumSource(Step.class)
    void shouldHaveTheOldOrTheNewVersionAndOneEventWhenKilledDuringAReplacement(Step step) throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.register("v", "1.0.0", "**", candidate -> Verdict.accept());
            hub.put("d/a", "old");
            String etag = hub.find("d/a").etag().orElseThrow();
            hub.killAt(step, 1);
            assertThatThrownBy(() -> hub.put("d/a", "new")).isInstanceOf(Killed.class);
            hub.kill();
            hub.start();
            hub.check("");

            if (isBeforeRename(step)) {
                assertThat(hub.read("d/a")).isEqualTo("old");
                assertThat(hub.find("d/a").etag()).contains(etag);
                assertThat(hub.journaled()).containsExactly("file.created/d/a");
            } else {
                assertThat(hub.read("d/a")).isEqualTo("new");
                assertThat(hub.journaled()).containsExactly("file.created/d/a", "file.updated/d/a");
                assertThat(hub.journal().get(1).user()).contains("ada");
                assertThat(hub.journal().get(1).validators()).hasSize(1);
            }
            assertThat(hub.folder("state/good")).hasSize(1);
            requireConsistent(hub);
            hub.write("d/a", "x");
            hub.check("");
        }
    }

    @ParameterizedTest
    @EnumSource(Step.class)
    void shouldHaveNoRecordOrACompleteOneWhenKilledDuringACreation(Step step) throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.killAt(step, 1);
            assertThatThrownBy(() -> hub.put("new/deep/a", "new")).isInstanceOf(Killed.class);
            hub.kill();
            hub.start();
            hub.check("");

            if (isBeforeRename(step)) {
                assertThat(hub.folder("files")).isEmpty();
                assertThat(hub.journaled()).isEmpty();
            } else {
                assertThat(hub.read("new/deep/a")).isEqualTo("new");
                assertThat(hub.journaled()).containsExactly("file.created/new/deep/a");
            }
            requireConsistent(hub);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INTENDED", "MOVED", "FLUSHED", "INDEXED"})
    void shouldHaveDeletedOrNotWhenKilledDuringADeletion(Step step) throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.put("a", "x");
            hub.killAt(step, 1);
            assertThatThrownBy(() -> hub.delete("a")).isInstanceOf(Killed.class);
            hub.kill();
            hub.start();
            hub.check("");

            if (isBeforeRename(step)) {
                assertThat(hub.read("a")).isEqualTo("x");
                assertThat(hub.journaled()).containsExactly("file.created/a");
            } else {
                assertThat(hub.file("a")).doesNotExist();
                assertThat(hub.journaled()).containsExactly("file.created/a", "file.deleted/a");
                assertThat(hub.journal().get(1).user()).contains("ada");
            }
            requireConsistent(hub);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INTENDED", "MOVED"})
    void shouldHaveRejectedOnceWhenKilledDuringARollback(Step step) throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.register("v", "1.0.0", "**", candidate -> {
                try (InputStream bytes = candidate.open()) {
                    return new String(bytes.readAllBytes(), StandardCharsets.UTF_8).equals("bad")
                            ? Verdict.refuse("bad")
                            : Verdict.accept();
                }
            });
            hub.put("a", "good");
            String etag = hub.find("a").etag().orElseThrow();
            hub.write("a", "bad");
            hub.killAt(step, 1);
            assertThatThrownBy(() -> hub.check("a")).isInstanceOf(Killed.class);
            hub.kill();
            hub.start();
            hub.check("");

            assertThat(hub.read("a")).isEqualTo("good");
            assertThat(hub.find("a").etag()).contains(etag);
            assertThat(hub.journaled()).containsExactly("file.created/a", "file.rejected/a");
            requireConsistent(hub);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INTENDED", "MOVED"})
    void shouldHaveDeletedARejectedFileOnceWhenKilledDuringTheDeletion(Step step) throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.put("a", "not validated");
            hub.register("v", "1.0.0", "**", candidate -> Verdict.refuse("bad"));
            hub.write("a", "bad");
            hub.killAt(step, 1);
            assertThatThrownBy(() -> hub.check("a")).isInstanceOf(Killed.class);
            hub.kill();
            hub.start();
            hub.check("");

            assertThat(hub.file("a")).doesNotExist();
            assertThat(hub.journaled()).containsExactly("file.created/a", "file.rejected/a", "file.deleted/a");
            requireConsistent(hub);
        }
    }

    @Test
    void shouldCleanUpStagingAfterAKill() throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            Draft upload = hub.records
                    .begin(new WriteRequest(TestHub.ADMIN, "test", TestHub.path("a")))
                    .get();
            upload.append(ByteBuffer.wrap(new byte[1 << 16]));
            assertThat(hub.folder("state/staging")).hasSize(1);
            hub.kill();
            hub.start();

            requireConsistent(hub);
            assertThat(hub.folder("files")).isEmpty();
        }
    }

    @Test
    void shouldNotTakeExternalBytesForAnIntendedWrite() throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.killAt(Step.INTENDED, 1);
            assertThatThrownBy(() -> hub.put("a", "mine")).isInstanceOf(Killed.class);
            hub.kill();
            hub.write("a", "your");
            hub.start();
            hub.check("");

            assertThat(hub.journaled()).containsExactly("file.created/a");
            assertThat(hub.announced.get(0).user()).isEmpty();
            requireConsistent(hub);
        }
    }

    @Test
    void shouldKeepEpochAndSequenceAfterAKill() throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.put("a", "1");
            var head = hub.journal.head();
            hub.kill();
            hub.start();
            assertThat(hub.journal.head()).isEqualTo(head);
            hub.put("a", "2");
            assertThat(hub.journal.head().sequence()).isEqualTo(2);
            assertThat(hub.journal.head().epoch()).isEqualTo(head.epoch());
        }
    }

    @Test
    void shouldSetACorruptDatabaseAsideAndRebuildItWithoutEvents() throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            hub.register("users", "1.0.0", "broker_users.xml", candidate -> Verdict.accept());
            hub.put("broker_users.xml", "<good/>");
            hub.put("d/a", "1");
            hub.put("b", "2");
            String epoch = hub.journal.head().epoch();
            hub.stop();
            hub.topics();
            Files.writeString(folder.resolve("state/store.mv"), "nonsense".repeat(4096));
            Files.writeString(hub.file("broker_users.xml"), "<slipped in/>");
            hub.start();

            assertThat(hub.read("broker_users.xml")).isEqualTo("<good/>");
            hub.check("b");
            hub.check("d");
            assertThat(hub.topics()).isEmpty();
            assertThat(hub.find("d/a").etag()).isPresent();
            assertThat(hub.journal.head().epoch()).isNotEqualTo(epoch);
            assertThat(hub.folder("state")).anyMatch(name -> name.startsWith("store.mv.damaged-"));
            hub.check("");
            assertThat(hub.topics()).isEqualTo(List.of("file.updated/broker_users.xml"));
        }
    }
}
