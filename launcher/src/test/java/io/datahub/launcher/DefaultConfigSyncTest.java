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
    private DefaultConfigSync files;

    @BeforeEach
    void shipOneFile() throws IOException {
        shipped = Files.createDirectories(folder.resolve("shipped"));
        installed = Files.createDirectories(folder.resolve("installed"));
        Files.createDirectories(shipped.resolve("sub"));
        Files.writeString(shipped.resolve("sub/a.cfg"), "one");
        files = new DefaultConfigSync(shipped, installed);
        files.synchronise();
    }

    @Test
    void shouldBringWhatIsNew() {
        assertThat(installed.resolve("sub/a.cfg")).hasContent("one");
    }

    @Test
    void shouldFollowTheNewVersionOfWhatNobodyTouched() throws IOException {
        Files.writeString(shipped.resolve("sub/a.cfg"), "two");

        assertThat(files.synchronise()).isEmpty();

        assertThat(installed.resolve("sub/a.cfg")).hasContent("two");
    }

    @Test
    void shouldKeepWhatWasChangedAndSaySoWhenTheDefaultIsNew() throws IOException {
        Files.writeString(installed.resolve("sub/a.cfg"), "mine");
        assertThat(files.synchronise()).isEmpty();
        Files.writeString(shipped.resolve("sub/a.cfg"), "two");

        assertThat(files.synchronise()).containsExactly("sub/a.cfg");
        assertThat(files.synchronise()).isEmpty();

        assertThat(installed.resolve("sub/a.cfg")).hasContent("mine");
    }

    @Test
    void shouldNotBringBackWhatWasRemoved() throws IOException {
        Files.delete(installed.resolve("sub/a.cfg"));

        files.synchronise();

        assertThat(installed.resolve("sub/a.cfg")).doesNotExist();
    }

    @Test
    void shouldRemoveWhatIsNoLongerShippedUnlessItWasChanged() throws IOException {
        Files.writeString(shipped.resolve("b.cfg"), "one");
        files.synchronise();
        Files.writeString(installed.resolve("b.cfg"), "mine");
        Files.delete(shipped.resolve("sub/a.cfg"));
        Files.delete(shipped.resolve("b.cfg"));

        files.synchronise();

        assertThat(installed.resolve("sub/a.cfg")).doesNotExist();
        assertThat(installed.resolve("b.cfg")).hasContent("mine");
    }

    @Test
    void shouldBringEverythingIntoAnEmptiedFolder() throws IOException {
        Files.delete(installed.resolve("sub/a.cfg"));
        Files.delete(installed.resolve(".shipped"));

        files.synchronise();

        assertThat(installed.resolve("sub/a.cfg")).hasContent("one");
    }
}
