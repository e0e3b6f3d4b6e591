package io.datahub.ssh.rsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.path.RecordPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceivedFilesTest {

    @TempDir
    Path folder;

    private final List<String> lines = new ArrayList<>();
    private final List<String> found = new ArrayList<>();

    private void visit() throws Exception {
        Report report = new Report(lines::add);
        new ReceivedFiles(folder, report).visit(new ReceivedFiles.Visitor() {

            @Override
            public void file(ReceivedFile file) {
                found.add(file.path() + " " + file.attributes().size());
            }

            @Override
            public void emptyDirectory(RecordPath path) {
                found.add(path + "/");
            }
        });
    }

    @Test
    void shouldFindFilesAndEmptyDirectoriesInOrder() throws Exception {
        Files.createDirectories(folder.resolve("b/empty"));
        Files.writeString(folder.resolve("b/file"), "123");
        Files.writeString(folder.resolve("ä"), "1");
        Files.writeString(folder.resolve("a"), "");
        visit();
        assertThat(found).containsExactly("a 0", "b/empty/", "b/file 3", "ä 1");
        assertThat(lines).isEmpty();
    }

    @Test
    void shouldLeaveOutLinksWithoutFollowingThem() throws Exception {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "1");
        Path inside = Files.createDirectories(folder.resolve("inside"));
        Files.createSymbolicLink(inside.resolve("link"), outside);
        Files.createSymbolicLink(inside.resolve("file"), outside.resolve("secret"));
        visit();
        assertThat(found).containsExactly("outside/secret 1");
        assertThat(lines)
                .containsExactly(
                        "inside/file left out: the hub has no links", "inside/link left out: the hub has no links");
    }

    @Test
    void shouldRefuseWhatIsTooDeepAndGoOn() throws Exception {
        DeepFolder.create(folder.resolve("deep"));
        Files.writeString(folder.resolve("z"), "1");
        visit();
        assertThat(found).containsExactly("z 1");
        assertThat(lines).hasSize(1).allMatch(line -> line.contains("the path is too long for rsync"));
        new Deletion(folder).run(child -> false);
    }

    @Test
    void shouldRefuseNamesThatNoRecordMayHave() throws Exception {
        Files.writeString(folder.resolve("a\\b"), "1");
        Files.writeString(folder.resolve("c\n"), "1");
        visit();
        assertThat(found).isEmpty();
        assertThat(lines).hasSize(2).allMatch(line -> line.contains("refused: the path has a "));
        assertThat(lines.get(1)).startsWith("c\\u000a ");
    }
}
