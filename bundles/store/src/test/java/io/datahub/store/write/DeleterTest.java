package io.datahub.store.write;

import static io.datahub.store.TestHub.ADMIN;
import static io.datahub.store.TestHub.path;
import static io.datahub.store.TestHub.request;
import static io.datahub.store.TestHub.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.store.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DeleterTest {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    private Result<List<Change>> deleteTree(User user, String path) throws IOException {
        return hub.records.deleteTree(new WriteRequest(user, "test", path(path)));
    }

    @Test
    void shouldDeleteARecordAndPublishTheDeletion() throws Exception {
        Change created = hub.put("a", "x").get();
        hub.topics();
        List<Change> changes = hub.delete("a").get();

        assertThat(changes).hasSize(1);
        assertThat(changes.get(0).version()).isEqualTo(created.version());
        assertThat(changes.get(0).user()).contains("ada");
        assertThat(hub.topics()).containsExactly("file.deleted/a");
        assertThat(reason(hub.delete("a"))).isEqualTo(Reason.NOT_FOUND);
        assertThat(hub.put("a", "again").get().type()).isEqualTo(Change.Type.CREATED);
    }

    @Test
    void shouldEvaluatePreconditions() throws Exception {
        hub.put("a", "x");

        assertThat(reason(hub.records.delete(request(ADMIN, "a", current -> false))))
                .isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(reason(hub.records.delete(request(ADMIN, "none", current -> current.isPresent()))))
                .isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(hub.read("a")).isEqualTo("x");
    }

    @Test
    void shouldRequireAGrantToWrite() throws Exception {
        hub.put("a/x", "x");
        User creator = user("c", Action.CREATE, "", Action.READ, "");
        User one = user("o", Action.WRITE, "a/x");
        User tree = user("t", Action.WRITE, "a/");

        assertThat(reason(hub.records.delete(request(creator, "a/x", Precondition.NONE))))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(deleteTree(one, "a"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(hub.records.delete(request(creator, "none", Precondition.NONE))))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(deleteTree(tree, "a").get()).hasSize(1);
        assertThat(hub.file("a")).doesNotExist();
    }

    @Test
    void shouldDeleteADirectoryOnlyWhenEmptyUnlessRecursive() throws Exception {
        hub.put("d/a", "x");
        hub.put("d/e/b", "x");
        Files.createDirectory(hub.file("d/empty"));
        Files.createSymbolicLink(hub.file("d/link"), folder);
        hub.topics();

        assertThat(reason(hub.delete("d"))).isEqualTo(Reason.CONFLICT);
        assertThat(hub.delete("d/empty").get()).isEmpty();
        assertThat(deleteTree(ADMIN, "d").get()).hasSize(2);
        assertThat(hub.file("d")).doesNotExist();
        assertThat(folder.resolve("state")).exists();
        assertThat(hub.topics()).containsExactlyInAnyOrder("file.deleted/d/a", "file.deleted/d/e/b");
    }

    @Test
    void shouldDeleteThousandsWithFewFlushes() throws Exception {
        for (int i = 0; i < 1500; i++) {
            hub.write("d/" + i % 3 + "/f" + i, "x");
        }
        hub.check("");
        hub.topics();

        assertThat(deleteTree(ADMIN, "d").get()).hasSize(1500);
        assertThat(hub.topics()).hasSize(1500).doesNotHaveDuplicates();
        hub.check("");
        assertThat(hub.topics()).isEmpty();
    }

    @Test
    void shouldNeverDeleteTheRootOrTheUsersFile() throws Exception {
        hub.write("broker_users.xml", "<x/>");

        assertThat(reason(deleteTree(ADMIN, ""))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(hub.delete(""))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(deleteTree(ADMIN, "broker_users.xml"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(hub.file("broker_users.xml")).exists();
    }

    @Test
    void shouldPublishNothingForAFileThatWasNeverPublished() throws Exception {
        hub.write("a", "x");

        assertThat(hub.delete("a").get()).isEmpty();
        hub.check("");
        assertThat(hub.topics()).isEmpty();
    }

    @Test
    void shouldRefuseToDeleteADirectoryWithAPrecondition() throws Exception {
        hub.put("d/a", "x");
        Files.createDirectories(hub.file("empty"));

        for (String directory : new String[] {"d", "empty"}) {
            WriteRequest conditional = TestHub.request(ADMIN, directory, current -> true);
            assertThat(reason(hub.records.deleteTree(conditional))).isEqualTo(Reason.PRECONDITION_FAILED);
            assertThat(reason(hub.records.delete(conditional))).isEqualTo(Reason.PRECONDITION_FAILED);
            assertThat(hub.file(directory)).isDirectory();
        }
        assertThat(hub.read("d/a")).isEqualTo("x");
        assertThat(deleteTree(ADMIN, "d").get()).hasSize(1);
    }

    @Test
    void shouldDeleteFilesWhoseNamesAreNotUtf8() throws Exception {
        hub.put("d/a", "x");
        hub.put("d/t\ufffd.txt", "a record of that very name");
        touch("d/t\\351.txt");
        touch("d/e/t\\350.txt");
        touch("d/f\\351/g/t\\350.txt");
        touch("d/f\\351/plain");
        hub.topics();

        assertThat(deleteTree(ADMIN, "d").get()).hasSize(2);

        assertThat(hub.file("d")).doesNotExist();
        assertThat(hub.topics()).containsExactlyInAnyOrder("file.deleted/d/a", "file.deleted/d/t\ufffd.txt");
    }

    @Test
    void shouldExplainWhyADirectoryWithAnEmptyListingIsNotEmpty() throws Exception {
        touch("d/t\\351.txt");
        hub.put("e/a", "x");

        assertThat(hub.delete("d").refusal().orElseThrow().detail()).contains("aren't UTF-8", "recursively");
        assertThat(hub.delete("e").refusal().orElseThrow().detail()).isEqualTo("the directory e is not empty");
    }

    /** Creates a file with bytes in its name, given as octal escapes, that Java can't create. */
    private void touch(String name) throws Exception {
        String script = "f=$(printf '" + name + "'); mkdir -p \"$(dirname \"$f\")\" && : > \"$f\"";
        Process shell = new ProcessBuilder("sh", "-c", script)
                .directory(hub.file("").toFile())
                .inheritIO()
                .start();
        assertThat(shell.waitFor()).isZero();
    }
}
