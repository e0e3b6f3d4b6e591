package io.datahub.ssh.rsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.api.user.Action;
import io.datahub.test.memory.MemoryRecordStore;
import io.datahub.test.memory.TestUsers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {

    private final MemoryRecordStore store = new MemoryRecordStore();
    private final VisibleRecords records = new VisibleRecords(
            store, new TestUsers().with("u", Action.READ, "a/").login("u").user());

    @TempDir
    Path tree;

    @TempDir
    Path copies;

    @BeforeEach
    void store() {
        store.put("a/1", "one");
        store.put("a/2", "two");
    }

    @Test
    void shouldCopyWhatTheProgramCannotSee() throws IOException {
        Download download = new Download(tree, path -> true, copies, records, Optional.empty(), () -> false, 0);
        assertThat(download.add(RecordPath.of("a"), true)).isTrue();
        assertThat(Files.readSymbolicLink(tree.resolve("a/1"))).isEqualTo(Sandbox.COPIES.resolve("0"));
        assertThat(copies.resolve("0")).hasContent("one");
        assertThat(Files.readSymbolicLink(tree.resolve("a/2"))).isEqualTo(Sandbox.COPIES.resolve("1"));
        assertThat(copies.resolve("1")).hasContent("two");
    }

    @Test
    void shouldCopyNothingThatLeavesTooLittleRoom() throws IOException {
        Download download =
                new Download(tree, path -> true, copies, records, Optional.empty(), () -> false, Long.MAX_VALUE);
        assertThat(download.add(RecordPath.of("a"), true)).isFalse();
        assertThat(download.refusal().map(Refusal::reason)).contains(Reason.TOO_LARGE);
        assertThat(tree.resolve("a")).isEmptyDirectory();
    }

    @Test
    void shouldStopWhenTheTreeIsFull() throws IOException {
        MemoryShares shares = new MemoryShares(2_500);
        try (MemoryShares.Share share = shares.share()) {
            Download download = new Download(tree, share::take, copies, records, Optional.empty(), () -> false, 0);
            assertThat(download.add(RecordPath.of("a"), true)).isFalse();
            assertThat(download.isFull()).isTrue();
            assertThat(download.refusal()).isEmpty();
        }
        try (MemoryShares.Share share = shares.share()) {
            assertThat(share.take(RecordPath.of("a"))).isTrue();
            assertThat(share.take(RecordPath.of("x".repeat(200)))).isFalse();
        }
    }

    @Test
    void shouldStopWhenTheClientDisconnects() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        Download download = new Download(
                tree, path -> true, copies, records, Optional.empty(), () -> asked.incrementAndGet() > 1, 0);
        assertThat(download.add(RecordPath.of("a"), true)).isFalse();
        assertThat(download.refusal()).isEmpty();
        assertThat(tree.resolve("a/2")).doesNotExist();
    }
}
