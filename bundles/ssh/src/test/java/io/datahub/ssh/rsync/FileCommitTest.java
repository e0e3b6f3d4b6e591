package io.datahub.ssh.rsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Verdict;
import io.datahub.test.memory.MemoryRecordStore;
import io.datahub.test.memory.TestUsers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCommitTest {

    private static final Instant TIME = Instant.parse("2020-01-02T03:04:05Z");
    private static final Instant LATER = Instant.parse("2021-01-02T03:04:05Z");

    private final MemoryRecordStore store = new MemoryRecordStore();
    private final User user = new TestUsers()
            .with("u", Action.READ, "a/", Action.WRITE, "a/", Action.READ, "shown/", Action.CREATE, "new/")
            .login("u")
            .user();

    @TempDir
    Path folder;

    private Result<Boolean> store(String path, String text, Instant time, boolean keepsTimes) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), text);
        Files.setLastModifiedTime(file, FileTime.from(time));
        return new FileCommit(store, each -> new WriteRequest(user, "ssh:test", each), keepsTimes)
                .store(new ReceivedFile(
                        file, RecordPath.of(path), Files.readAttributes(file, BasicFileAttributes.class)));
    }

    private RecordVersion version(String path) throws IOException {
        return store.find(User.HUB, RecordPath.of(path)).get();
    }

    @Test
    void shouldStoreAFileWithItsTime() throws IOException {
        assertThat(store("a/1", "one", TIME, true).get()).isTrue();
        assertThat(version("a/1").clientModified()).contains(TIME);
        assertThat(version("a/1").size()).isEqualTo(3);
    }

    @Test
    void shouldStoreNoTimeThatIsNotTheClients() throws IOException {
        assertThat(store("a/1", "one", TIME, false).get()).isTrue();
        assertThat(version("a/1").clientModified()).isEmpty();
    }

    @Test
    void shouldOnlySetTheTimeWhenTheBytesAreTheSame() throws IOException {
        store("a/1", "one", TIME, true);
        String etag = version("a/1").etag().orElseThrow();
        assertThat(store("a/1", "one", LATER, true).get()).isFalse();
        assertThat(version("a/1").clientModified()).contains(LATER);
        assertThat(version("a/1").etag()).contains(etag);
        assertThat(store("a/1", "one", TIME, false).get()).isFalse();
        assertThat(version("a/1").clientModified()).contains(LATER);
        assertThat(store("a/1", "two", LATER, true).get()).isTrue();
        assertThat(version("a/1").etag().orElseThrow()).isNotEqualTo(etag);
    }

    @Test
    void shouldRefuseWhatIsNotGranted() throws IOException {
        store.put("new/1", "one");
        store.put("shown/1", "one");
        assertThat(store("new/1", "two", TIME, true).refusal().orElseThrow().reason())
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(store("new/2", "two", TIME, true).get()).isTrue();
        assertThat(store("shown/1", "two", TIME, true).refusal().orElseThrow().reason())
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(store("shown/1", "one", TIME, true).refusal().orElseThrow().reason())
                .isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldAnnounceWhatAValidatorRefuses() throws IOException {
        store.addValidator(new ValidatorId("test", "1"), "a/**", candidate -> Verdict.refuse(3, 0, "it is bad"));
        Result<Boolean> refused = store("a/1", "one", TIME, true);
        assertThat(refused.refusal().orElseThrow().reason()).isEqualTo(Reason.INVALID);
        assertThat(store.journal().newest(User.HUB, "", 10).changes())
                .extracting(Change::type)
                .containsExactly(Change.Type.REJECTED);
    }
}
