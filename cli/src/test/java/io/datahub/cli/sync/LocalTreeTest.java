package io.datahub.cli.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalTreeTest {

    @TempDir
    private Path work;

    private LocalTree tree(Path root, boolean isSource) {
        return new LocalTree(root, isSource, new Output(false));
    }

    @Test
    void shouldTakeASourceThatIsGoneForAnErrorAndNotForEmpty() throws IOException {
        Files.createDirectory(work.resolve("other"));
        Files.createSymbolicLink(work.resolve("link"), work.resolve("other"));

        assertThatThrownBy(() -> tree(work.resolve("gone"), true).scan()).isInstanceOf(NotDirectoryException.class);
        assertThatThrownBy(() -> tree(work.resolve("link"), true).scan()).isInstanceOf(NotDirectoryException.class);
        assertThat(tree(work.resolve("gone"), false).scan()).isEmpty();
        assertThat(tree(work.resolve("other"), true).scan()).isEmpty();
    }

    @Test
    void shouldFollowNoLinkWhicheverFileIsAskedFor() throws IOException {
        Files.createDirectory(work.resolve("outside"));
        Path root = Files.createDirectory(work.resolve("root"));
        Files.createSymbolicLink(root.resolve("out"), work.resolve("outside"));
        LocalTree tree = tree(root, false);

        for (String path : new String[] {"out/a", "out/b", "out/c/d", "out/c/e"}) {
            assertThatThrownBy(() -> tree.resolve(path)).isInstanceOf(Failure.class);
        }
        assertThat(tree.resolve("in/a")).isEqualTo(root.resolve("in").resolve("a"));
    }

    @Test
    void shouldDeleteDirectoriesThatAreEmptyThen() throws IOException {
        Files.createDirectories(work.resolve("a/b"));
        Files.createFile(work.resolve("a/b/c"));
        Files.createFile(work.resolve("d"));

        tree(work, false).delete("a/b/c");
        tree(work, false).delete("a/b/deleted-by-another");

        assertThat(work.resolve("a")).doesNotExist();
        assertThat(work.resolve("d")).exists();
    }

    @Test
    void shouldNotTakeANameThatIsNoTextForAnother() throws Exception {
        // A Path of Java can't be made of such a name.
        assumeTrue(new ProcessBuilder("bash", "-c", "printf x > $'a\\xff'")
                        .directory(work.toFile())
                        .start()
                        .waitFor()
                == 0);
        LocalTree source = tree(work, true);

        assertThat(tree(work, false).scan()).isEmpty();
        assertThat(source.scan()).containsOnlyKeys("a\ufffd");
        assertThatThrownBy(() -> source.resolve("a\ufffd")).hasMessageContaining("UTF-8");
    }
}
