package io.datahub.ssh.rsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.test.memory.MemoryRecordStore;
import io.datahub.test.memory.TestUsers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SizesAndTimesTest {

    private static final Instant TIME = Instant.parse("2020-01-02T03:04:05Z");

    private final MemoryRecordStore store = new MemoryRecordStore();
    private final VisibleRecords records = new VisibleRecords(
            store, new TestUsers().with("u", Action.READ, "a/").login("u").user());

    @TempDir
    Path folder;

    @BeforeEach
    void store() throws IOException {
        for (String path : new String[] {"a/1", "a/b/2", "other/3"}) {
            store.put(path, "12345");
            store.setClientModified(
                    new WriteRequest(User.HUB, "test", RecordPath.of(path)).withClientModified(Optional.of(TIME)));
        }
        store.put("a/timeless", "x");
    }

    private boolean exists(String path) {
        return Files.exists(folder.resolve(path));
    }

    @Test
    void shouldHaveWhatTheUserMayReadInTheDirectory() throws IOException {
        SizesAndTimes files = new SizesAndTimes(folder, (path, time) -> !time.equals(TIME));
        files.addBelow(records, RecordPath.of("a"), true);
        assertThat(Files.size(folder.resolve("a/b/2"))).isEqualTo(5);
        assertThat(Files.getLastModifiedTime(folder.resolve("a/b/2")).toInstant())
                .isEqualTo(TIME);
        assertThat(exists("a/1")).isTrue();
        assertThat(exists("a/timeless")).isFalse();
        assertThat(exists("other")).isFalse();
    }

    @Test
    void shouldHaveOnlyOneLevelUnlessRecursive() throws IOException {
        new SizesAndTimes(folder, (path, time) -> false).addBelow(records, RecordPath.of("a"), false);
        assertThat(exists("a/1")).isTrue();
        assertThat(exists("a/timeless")).isTrue();
        assertThat(exists("a/b/2")).isFalse();
    }

    @Test
    void shouldBeReadableForNobody() throws IOException {
        new SizesAndTimes(folder, (path, time) -> false).addBelow(records, RecordPath.of("a"), true);
        assertThat(Files.getPosixFilePermissions(folder.resolve("a/1"))).isEmpty();
        assertThat(Files.getPosixFilePermissions(folder.resolve("a/b/2"))).isEmpty();
    }
}
