package io.datahub.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryWatcherTest {

    @TempDir
    Path root;

    private final Set<String> touched = ConcurrentHashMap.newKeySet();
    private final AtomicInteger fullScans = new AtomicInteger();
    private DirectoryWatcher watcher;

    @BeforeEach
    void watch() throws Exception {
        Files.createDirectories(root.resolve("there/deep"));
        CountDownLatch registered = new CountDownLatch(1);
        watcher = new DirectoryWatcher("test", new WatchRoot(root), 100, Optional.empty(), new PathChangeListener() {
            @Override
            public void pathChanged(RecordPath path) {
                touched.add(path.toString());
            }

            @Override
            public void eventsLost(RecordPath directory) {
                touched.add(directory.toString());
            }

            @Override
            public void fullScanNeeded() {
                fullScans.incrementAndGet();
                registered.countDown();
            }
        });
        registered.await();
    }

    @AfterEach
    void close() throws IOException {
        watcher.close();
    }

    private void awaitTouch(String path) {
        await().until(() -> touched.contains(path));
    }

    @Test
    void shouldReportCreatedChangedAndDeletedFiles() throws IOException {
        Path file = root.resolve("there/deep/grüße.txt");
        Files.writeString(file, "one");
        awaitTouch("there/deep/grüße.txt");
        touched.clear();
        Files.writeString(file, "two");
        awaitTouch("there/deep/grüße.txt");
        touched.clear();
        Files.delete(file);
        awaitTouch("there/deep/grüße.txt");
        assertThat(watcher.incompleteReason()).isEmpty();
    }

    @Test
    void shouldWatchDirectoriesThatAreCreatedLater() throws IOException {
        Files.createDirectories(root.resolve("new/a/b"));
        awaitTouch("new");
        await().until(() -> {
            write(root.resolve("new/a/b/file"));
            return touched.contains("new/a/b/file");
        });
    }

    @Test
    void shouldReportTheNewPathsInAMovedDirectory() throws IOException {
        Files.move(root.resolve("there"), root.resolve("moved"));
        awaitTouch("there");
        awaitTouch("moved");
        await().until(() -> {
            write(root.resolve("moved/deep/file"));
            return touched.contains("moved/deep/file");
        });
        assertThat(touched).doesNotContain("there/deep/file");
    }

    @Test
    void shouldReportTheDirectoryIfNotificationsWereLost() throws IOException {
        for (int i = 0; i < 20_000; i++) {
            Files.createFile(root.resolve("there/" + i));
        }
        await().until(() -> touched.contains("there") || touched.size() >= 20_000);
    }

    @Test
    void shouldWatchAgainAfterTheRootWasReplaced() throws IOException {
        Files.move(root, root.resolveSibling(root.getFileName() + "-old"));
        Files.createDirectories(root.resolve("other"));
        await().until(() -> {
            write(root.resolve("other/file"));
            return touched.contains("other/file");
        });
        assertThat(fullScans.get()).isGreaterThan(1);
    }

    private static void write(Path file) {
        try {
            Files.writeString(file, String.valueOf(System.nanoTime()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
