package io.datahub.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeDirectoryTest {

    @TempDir
    private Path folder;

    @Test
    void shouldCreateItsFoldersAndMakeTheStatePrivate() throws Exception {
        Path root = folder.resolve("new/home");
        try (HomeDirectory home = new HomeDirectory(root)) {
            assertThat(root.resolve("files")).isDirectory();
            assertThat(home.incoming()).isDirectory();
            assertThat(home.state().resolve("staging")).isDirectory();
            assertThat(home.state().resolve("rejected")).isDirectory();
            assertThat(Files.getPosixFilePermissions(home.state()))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
            assertThat(Files.getPosixFilePermissions(root.resolve("files")))
                    .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Test
    void shouldRefuseASecondHub() throws Exception {
        try (HomeDirectory home = new HomeDirectory(folder)) {
            assertThatThrownBy(() -> new HomeDirectory(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by another hub");
            assertThat(home.root()).isEqualTo(folder);
        }
        try (HomeDirectory reopened = new HomeDirectory(folder)) {
            assertThat(reopened.state()).isDirectory();
        }
    }

    @Test
    void shouldReportADamagedFormatFileWithItsRemedy() throws Exception {
        new HomeDirectory(folder).close();
        Path format = folder.resolve("state/format");
        assertThat(format).hasContent("1");
        for (byte[] damaged : new byte[][] {{}, {(byte) 0xff, 0}}) {
            Files.write(format, damaged);
            assertThatThrownBy(() -> new HomeDirectory(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(format + " is empty or damaged")
                    .hasMessageContaining("write 1 into it");
        }
        Files.writeString(format, "1\n");
        new HomeDirectory(folder).close();
    }

    @Test
    void shouldReportCauseAndRemedyWhenTheHomeCannotBeCreated() throws Exception {
        Files.writeString(folder.resolve("file"), "x");

        assertThatThrownBy(() -> new HomeDirectory(folder.resolve("file")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder.resolve("file").toString())
                .hasMessageContaining("DATAHUB_HOME");
    }
}
