package io.datahub.watcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.record.RecordPath;
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
    private final AtomicInteger begun = new AtomicInteger();
    private DirectoryWatcher tree;

    @BeforeEach
    void watch() throws Exception {
        Files.createDirectories(root.resolve("there/deep"));
        CountDownLatch registered = new CountDownLatch(1);
        tree = new DirectoryWatcher("test", new WatchRoot(root), 100, Optional.empty(), new PathChangeListener() {
            @Override
            public void touched(RecordPath path) {
                touched.add(path.toString());
            }

            @Override
            public void lost(RecordPath directory) {
                touched.add(directory.toString());
            }

            @Override
            public void everything() {
                begun.incrementAndGet();
                registered.countDown();
            }
        });
        registered.await();
    }

    @AfterEach
    void close() throws IOException {
        tree.close();
    }

    private void awaitTouch(String path) {
        Await.until(() -> touched.contains(path));
    }

    @Test
    void shouldNameWhatIsCreatedChangedAndDeleted() throws IOException {
        Path file = root.resolve("there/deep/grüße.txt");
        Files.writeString(file, "one");
        awaitTouch("there/deep/grüße.txt");
        touched.clear();
        Files.writeString(file, "two");
        awaitTouch("there/deep/grüße.txt");
        touched.clear();
        Files.delete(file);
        awaitTouch("there/deep/grüße.txt");
        assertThat(tree.trouble()).isEmpty();
    }

    @Test
    void shouldWatchDirectoriesThatComeLater() throws IOException {
        Files.createDirectories(root.resolve("new/a/b"));
        awaitTouch("new");
        Await.until(() -> {
            write(root.resolve("new/a/b/file"));
            return touched.contains("new/a/b/file");
        });
    }

    @Test
    void shouldNameTheNewPathsOfADirectoryThatWasMoved() throws IOException {
        Files.move(root.resolve("there"), root.resolve("moved"));
        awaitTouch("there");
        awaitTouch("moved");
        Await.until(() -> {
            write(root.resolve("moved/deep/file"));
            return touched.contains("moved/deep/file");
        });
        assertThat(touched).doesNotContain("there/deep/file");
    }

    @Test
    void shouldNameTheDirectoryWhenNotificationsWereLost() throws IOException {
        for (int i = 0; i < 20_000; i++) {
            Files.createFile(root.resolve("there/" + i));
        }
        Await.until(() -> touched.contains("there") || touched.size() >= 20_000);
    }

    @Test
    void shouldWatchAgainWhenTheRootWasReplaced() throws IOException {
        Files.move(root, root.resolveSibling(root.getFileName() + "-old"));
        Files.createDirectories(root.resolve("other"));
        Await.until(() -> {
            write(root.resolve("other/file"));
            return touched.contains("other/file");
        });
        assertThat(begun.get()).isGreaterThan(1);
    }

    private static void write(Path file) {
        try {
            Files.writeString(file, String.valueOf(System.nanoTime()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
