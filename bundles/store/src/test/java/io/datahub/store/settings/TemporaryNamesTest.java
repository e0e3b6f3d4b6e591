package io.datahub.store.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.records.settings.TemporaryNames;
import io.datahub.store.TestHub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class TemporaryNamesTest {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    @Test
    void shouldMatchPatterns() {
        TemporaryNames names = TemporaryNames.of(".*.XXXXXX, *.part", "a?c", "~$*");

        assertThat(new String[] {"d/.a.txt.Xy12Zz", ".a.000000", "d/x.part", "abc", "~$letter.doc"})
                .allMatch(path -> names.contain(RecordPath.of(path)));
        assertThat(new String[] {".env.sample", ".a.Xy12Z", ".a.Xy_2Zz", "x.party", "x.part/y", "ac", "A", "$~letter"})
                .noneMatch(path -> names.contain(RecordPath.of(path)));
        assertThat(TemporaryNames.of().contain(RecordPath.of("a"))).isFalse();
    }

    @Test
    void shouldMatchEverythingBelowADirectoryPattern() {
        TemporaryNames names = TemporaryNames.of(".~tmp~/, *.work/");

        assertThat(new String[] {".~tmp~/a", "d/.~tmp~/a", "d/.~tmp~/e/a", "x.work/a"})
                .allMatch(path -> names.contain(RecordPath.of(path)));
        assertThat(new String[] {".~tmp~", "d/x.work", "x.worked/a", "~tmp~/a", "a"})
                .noneMatch(path -> names.contain(RecordPath.of(path)));
        assertThat(names).hasToString(".~tmp~/, *.work/");
    }

    @Test
    void shouldIgnoreATemporaryFileUntilItIsRenamed() throws Exception {
        hub.write("d/b.part", "x");
        hub.write("d/.c.Xy12Zz", "x");
        hub.write("d/.env.sample", "x");
        hub.check("");
        hub.check("d/b.part");
        hub.restart();
        hub.check("");
        assertThat(hub.topics()).containsExactly("file.created/d/.env.sample");
        assertThat(hub.records
                        .find(TestHub.ADMIN, TestHub.path("d/b.part"))
                        .refusal()
                        .map(r -> r.reason()))
                .contains(Reason.NOT_FOUND);
        assertThat(hub.records
                        .list(TestHub.ADMIN, TestHub.path("d"), "", 10)
                        .get()
                        .entries())
                .extracting(Listing.Entry::name)
                .containsExactly(".env.sample");

        Files.move(hub.file("d/b.part"), hub.file("d/b"));
        hub.check("");
        assertThat(hub.topics()).containsExactly("file.created/d/b");
    }

    @Test
    void shouldTreatARenameToATemporaryNameAsADeletion() throws Exception {
        hub.put("a", "x");
        hub.topics();
        Files.move(hub.file("a"), hub.file("a.part"));
        hub.check("");
        assertThat(hub.topics()).containsExactly("file.deleted/a");
    }

    @Test
    void shouldTreatAnUploadWithATemporaryNameAsARecord() throws Exception {
        hub.put("a.part", "x");
        hub.check("");
        hub.write("a.part", "longer");
        hub.check("");
        Files.move(hub.file("a.part"), hub.file("a"));
        hub.check("");

        assertThat(hub.topics())
                .containsExactlyInAnyOrder(
                        "file.created/a.part", "file.updated/a.part", "file.deleted/a.part", "file.created/a");
    }

    @Test
    void shouldAllowAnUploadToReplaceATemporaryFile() throws Exception {
        hub.write("a.part", "half");
        assertThat(hub.put("a.part", "whole").isRefused()).isFalse();
        assertThat(hub.topics()).containsExactly("file.created/a.part");
        assertThat(hub.read("a.part")).isEqualTo("whole");
    }

    @Test
    void shouldDetectAFileWhoseNameIsNoLongerTemporary() throws Exception {
        hub.write("a.part", "x");
        hub.check("");
        hub.configure("temporaryNames", TemporaryNames.of("*.tmp"));
        hub.check("");
        assertThat(hub.topics()).containsExactly("file.created/a.part");
    }

    @Test
    void shouldPublishOneUpdateWhenATemporaryFileReplacesARecord() throws Exception {
        hub.put("a", "old");
        hub.topics();
        hub.write(".a.Xy12Zz", "new");
        hub.check("");
        Files.move(hub.file(".a.Xy12Zz"), hub.file("a"), StandardCopyOption.ATOMIC_MOVE);
        hub.check("");
        assertThat(hub.topics()).containsExactly("file.updated/a");
    }
}
