package io.datahub.store.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each reading of the clock advances it by a second. */
class DirectoryNamesTest {

    private static final RecordPath PATH = RecordPath.of("d");
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    Path folder;

    private long now;
    private final DirectoryNames names = names(400 * memoryOfALargeDirectory());

    /** @param bytes that cached names may take */
    private DirectoryNames names(long bytes) {
        return new DirectoryNames(() -> now += SECOND, 8 * bytes);
    }

    private static long memoryOfALargeDirectory() {
        return new CompactNames(IntStream.range(0, DirectoryNames.LARGE)
                        .mapToObj(i -> "f" + i)
                        .toList())
                .memory();
    }

    private void fill(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            Files.createFile(folder.resolve("f" + i));
        }
        awaitTick();
    }

    /** Waits until a further change of the directory gets another timestamp. */
    private void awaitTick() throws Exception {
        Instant changed = Files.getLastModifiedTime(folder).toInstant();
        await().until(() -> Instant.now().isAfter(changed.plusMillis(100)));
    }

    private DirectoryNames.Names look() throws IOException {
        return names.of(PATH, folder).orElseThrow();
    }

    @Test
    void shouldCacheALargeDirectoryAsLongAsItDoesNotChange() throws Exception {
        fill(DirectoryNames.LARGE);
        for (int i = 0; i < 100; i++) {
            assertThat(look().sorted()).hasSize(DirectoryNames.LARGE).isSorted();
            assertThat(look().exact()).isTrue();
        }
        assertThat(names.readCount()).isEqualTo(1);
    }

    @Test
    void shouldReadAChangedDirectoryAgainAfterAWhile() throws Exception {
        fill(DirectoryNames.LARGE);
        look();
        Files.createFile(folder.resolve("new"));
        awaitTick();
        assertThat(look().exact()).isFalse();
        assertThat(look().sorted()).doesNotContain("new");
        assertThat(names.readCount()).isEqualTo(1);
        now += 1000 * SECOND;
        assertThat(look().sorted()).contains("new");
        assertThat(look().exact()).isTrue();
        assertThat(names.readCount()).isEqualTo(2);
    }

    @Test
    void shouldNotTrustADirectoryThatChangedJustBeforeItWasRead() throws Exception {
        fill(DirectoryNames.LARGE);
        Files.setLastModifiedTime(folder, FileTime.from(Instant.now().plusSeconds(60)));
        look();
        assertThat(look().exact()).isFalse();
    }

    @Test
    void shouldReadASmallDirectoryEachTime() throws Exception {
        fill(DirectoryNames.LARGE - 1);
        look();
        Files.createFile(folder.resolve("aa"));
        Files.delete(folder.resolve("f0"));
        assertThat(look().sorted()).contains("aa").doesNotContain("f0");
        assertThat(names.readCount()).isZero();
    }

    @Test
    void shouldNotHoldMoreNamesThanTheHeapPermits() throws Exception {
        fill(DirectoryNames.LARGE);
        assertThat(names(50 * DirectoryNames.LARGE).of(PATH, folder)).isPresent();
        assertThat(names(50 * (DirectoryNames.LARGE - 1)).of(PATH, folder)).isEmpty();
    }

    @Test
    void shouldEvictTheEldestWhenThereAreTooMany() throws Exception {
        fill(DirectoryNames.LARGE);
        for (int i = 0; i < 401; i++) {
            names.of(RecordPath.of("d" + i), folder);
        }
        names.of(RecordPath.of("d400"), folder);
        assertThat(names.readCount()).isEqualTo(401);
        names.of(RecordPath.of("d0"), folder);
        assertThat(names.readCount()).isEqualTo(402);
    }
}
