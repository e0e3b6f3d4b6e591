package io.datahub.console.installed;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.console.installed.Installation.OwnBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationRecordTest {

    @TempDir
    private Path folder;

    @Test
    void shouldReadBackWhatWasWritten() throws IOException {
        Installation installation = new Installation(
                Set.of("mvn:a/b/1/xml/features"),
                Set.of("feature:x/[1.0.0,1.0.0]"),
                Set.of("datahub-zeromq"),
                List.of(new OwnBundle("file:/with space/a.jar", 80, true, "1-2.jar")));

        new InstallationRecord(folder).write(installation);

        assertThat(new InstallationRecord(folder).read()).isEqualTo(installation);
    }

    @Test
    void shouldBeEmptyBeforeTheFirstWrite() throws IOException {
        assertThat(new InstallationRecord(folder.resolve("none")).read()).isEqualTo(Installation.none());
    }

    @Test
    void shouldDeleteCopiesThatAreNoLongerReferenced() throws IOException {
        Files.writeString(folder.resolve("old.jar"), "");
        Files.writeString(folder.resolve("kept.jar"), "");

        new InstallationRecord(folder)
                .write(new Installation(
                        Set.of(), Set.of(), Set.of(), List.of(new OwnBundle("mvn:a/b", 80, false, "kept.jar"))));

        assertThat(folder.resolve("old.jar")).doesNotExist();
        assertThat(folder.resolve("kept.jar")).exists();
    }
}
