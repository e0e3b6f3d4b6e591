package io.datahub.store.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.record.Change;
import io.datahub.api.validation.Verdict;
import io.datahub.records.settings.RetentionRule;
import io.datahub.store.TestHub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    private void configure(String text) {
        hub.configure("retentionRules", RetentionRule.parse(text));
    }

    private static Instant inDays(double days) {
        return Instant.now().plusSeconds(Math.round(days * 86_400));
    }

    @Test
    void shouldParseRules() {
        assertThat(RetentionRule.parse("builds/nightly/: 30, /: 0.5"))
                .containsExactly(
                        new RetentionRule("builds/nightly/", Duration.ofDays(30)),
                        new RetentionRule("", Duration.ofHours(12)));
        for (String wrong : List.of("builds/", "builds/: ", "builds/: 0", "builds/: -1", "a: 3 days")) {
            assertThatThrownBy(() -> RetentionRule.parse(wrong)).as(wrong).hasMessageContaining("keepDays has");
        }
    }

    @Test
    void shouldDeleteExpiredRecordsAndPublishTheDeletions() throws Exception {
        hub.register("users", "1.0.0", "broker_users.xml", candidate -> Verdict.accept());
        hub.put("tmp/a/b", "x");
        hub.put("tmp/c", "x");
        hub.put("kept", "x");
        hub.put("broker_users.xml", "x");
        configure("tmp/: 1");
        hub.topics();

        hub.deleteExpired(inDays(0.9));
        assertThat(hub.topics()).isEmpty();
        hub.deleteExpired(inDays(1.1));

        assertThat(hub.topics()).containsExactlyInAnyOrder("file.deleted/tmp/a/b", "file.deleted/tmp/c");
        Change last = hub.journal().get(hub.journal().size() - 1);
        assertThat(last.type()).isEqualTo(Change.Type.DELETED);
        assertThat(last.user()).isEmpty();
        assertThat(hub.file("tmp/a")).doesNotExist();
        assertThat(hub.file("kept")).exists();
    }

    @Test
    void shouldApplyTheLongestPrefixAndSpareTheUsersFile() throws Exception {
        hub.register("users", "1.0.0", "broker_users.xml", candidate -> Verdict.accept());
        hub.put("a", "x");
        hub.put("b/c", "x");
        hub.put("broker_users.xml", "x");
        configure("/: 1, b/: 5");
        hub.topics();

        hub.deleteExpired(inDays(3));
        assertThat(hub.topics()).containsExactly("file.deleted/a");
        hub.deleteExpired(inDays(6));
        assertThat(hub.topics()).containsExactly("file.deleted/b/c");
        hub.deleteExpired(inDays(999));
        assertThat(hub.topics()).isEmpty();
        assertThat(hub.file("broker_users.xml")).exists();
    }

    @Test
    void shouldRestartTheRetentionPeriodWithEachVersion() throws Exception {
        hub.put("tmp/a", "x");
        configure("tmp/: 1");
        Instant old = inDays(0.9);
        hub.deleteExpired(old);
        hub.put("tmp/a", "y");

        hub.deleteExpired(Instant.now().plus(Duration.ofDays(1)).minusSeconds(60));

        assertThat(hub.read("tmp/a")).isEqualTo("y");
    }

    @Test
    void shouldNotExpireANewFileWithAnOldDate() throws Exception {
        configure("tmp/: 1");
        Path file = hub.write("tmp/a", "x");
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));
        hub.check("");
        hub.topics();

        hub.deleteExpired(Instant.now());

        assertThat(hub.topics()).isEmpty();
        assertThat(hub.file("tmp/a")).exists();
    }

    @Test
    void shouldDeleteManyExpiredRecords() throws Exception {
        for (int i = 0; i < 2_100; i++) {
            Files.createDirectories(hub.file("tmp"));
            Files.writeString(hub.file("tmp/" + i), "x");
        }
        hub.check("");
        configure("tmp/: 1");

        hub.deleteExpired(inDays(2));

        assertThat(hub.metadata.size()).isZero();
    }
}
