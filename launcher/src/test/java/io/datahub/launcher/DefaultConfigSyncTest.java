package io.datahub.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefaultConfigSyncTest {

    @TempDir
    private Path folder;

    private Path shipped;
    private Path installed;
    private DefaultConfigSync sync;

    @BeforeEach
    void prepare() throws IOException {
        shipped = Files.createDirectories(folder.resolve("shipped"));
        installed = Files.createDirectories(folder.resolve("installed"));
        Files.createDirectories(shipped.resolve("sub"));
        Files.writeString(shipped.resolve("sub/a.cfg"), "one");
        sync = new DefaultConfigSync(shipped, installed);
        sync.synchronise();
    }

    @Test
    void shouldCopyNewFiles() {
        assertThat(installed.resolve("sub/a.cfg")).hasContent("one");
    }

    @Test
    void shouldUpdateUnmodifiedFiles() throws IOException {
        Files.writeString(shipped.resolve("sub/a.cfg"), "two");

        assertThat(sync.synchronise()).isEmpty();

        assertThat(installed.resolve("sub/a.cfg")).hasContent("two");
    }

    @Test
    void shouldKeepModifiedFilesAndReportThemWhenTheDefaultChanges() throws IOException {
        Files.writeString(installed.resolve("sub/a.cfg"), "mine");
        assertThat(sync.synchronise()).isEmpty();
        Files.writeString(shipped.resolve("sub/a.cfg"), "two");

        assertThat(sync.synchronise()).containsExactly("sub/a.cfg");
        assertThat(sync.synchronise()).isEmpty();

        assertThat(installed.resolve("sub/a.cfg")).hasContent("mine");
    }

    @Test
    void shouldNotRestoreDeletedFiles() throws IOException {
        Files.delete(installed.resolve("sub/a.cfg"));

        sync.synchronise();

        assertThat(installed.resolve("sub/a.cfg")).doesNotExist();
    }

    @Test
    void shouldDeleteFilesThatAreNoLongerShippedUnlessModified() throws IOException {
        Files.writeString(shipped.resolve("b.cfg"), "one");
        sync.synchronise();
        Files.writeString(installed.resolve("b.cfg"), "mine");
        Files.delete(shipped.resolve("sub/a.cfg"));
        Files.delete(shipped.resolve("b.cfg"));

        sync.synchronise();

        assertThat(installed.resolve("sub/a.cfg")).doesNotExist();
        assertThat(installed.resolve("b.cfg")).hasContent("mine");
    }

    @Test
    void shouldCopyAllFilesIntoAnEmptyFolder() throws IOException {
        Files.delete(installed.resolve("sub/a.cfg"));
        Files.delete(installed.resolve(".shipped"));

        sync.synchronise();

        assertThat(installed.resolve("sub/a.cfg")).hasContent("one");
    }
}
