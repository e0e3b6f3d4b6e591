package io.datahub.store.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.path.RecordPath;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParentsTest {

    @TempDir
    Path root;

    private Tree tree;
    private Parents parents;

    @BeforeEach
    void createTree() throws Exception {
        Path files = Files.createDirectory(root.resolve("files"));
        tree = new Tree(files);
        parents = new Parents(tree, new Staging(Files.createDirectory(root.resolve("state")), files));
    }

    @Test
    void shouldLetManyThreadsCreateAndFlushTheSameDirectories() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> futures = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                RecordPath path = RecordPath.of("a/" + i % 4 + "/b/" + i);
                futures.add(threads.submit(() -> {
                    parents.create(parents.missing(path));
                    parents.flush(path);
                    return path;
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(root.resolve("files/a/3/b")).isDirectory();
        assertThat(parents.missing(RecordPath.of("a/0/b/c"))).isEmpty();
        assertThat(parents.missing(RecordPath.of("a/0/c/d/e"))).hasSize(2);
    }

    @Test
    void shouldNotReplaceADirectoryThatAnotherThreadHasJustCreated() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 200; round++) {
                RecordPath path = RecordPath.of(round + "/a");
                CyclicBarrier barrier = new CyclicBarrier(4);
                List<Future<Object>> futures = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    futures.add(threads.submit(() -> {
                        barrier.await();
                        parents.create(parents.missing(path));
                        return Files.readAttributes(tree.resolve(path.parent()), BasicFileAttributes.class)
                                .fileKey();
                    }));
                }
                Set<Object> fileKeys = new HashSet<>();
                for (Future<Object> future : futures) {
                    fileKeys.add(future.get());
                }
                assertThat(fileKeys).hasSize(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void shouldFailToFlushAMissingDirectoryAndFlushItOnceCreated() throws Exception {
        assertThatThrownBy(() -> parents.flush(RecordPath.of("gone/a"))).isInstanceOf(NoSuchFileException.class);

        parents.create(parents.missing(RecordPath.of("gone/a")));
        parents.flush(RecordPath.of("gone/a"));
        assertThat(root.resolve("files/gone")).isDirectory();
    }

    @Test
    void shouldForgetADirectoryThatWasCreatedAndRemoved() throws Exception {
        parents.create(parents.missing(RecordPath.of("a/b/c")));
        tree.removeDirectory(RecordPath.of("a/b"));
        tree.removeDirectory(RecordPath.of("a"));

        parents.flushPending();

        assertThat(root.resolve("files")).isEmptyDirectory();
    }
}
