package io.datahub.store.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CompactionTest {

    private static final int KEYS = 5_000;
    private static final int STEPS = 2_000;

    @TempDir
    Path folder;

    private static MetadataDatabase open(Path file) throws IOException {
        MetadataDatabase books = MetadataDatabase.open(file, 4, Corruption.POSSIBLE, epoch -> 0);
        books.retain(0);
        return books;
    }

    /** Writes and overwrites entries until most of the file is old versions; says what is in it. */
    private static Map<String, byte[]> fill(MetadataDatabase books) {
        Random random = new Random(1);
        Map<String, byte[]> present = new HashMap<>();
        books.retain(60_000); // nothing is used again meanwhile
        for (int i = 0; i < 8 * KEYS; i++) {
            String key = "k" + random.nextInt(KEYS);
            byte[] value = new byte[400];
            random.nextBytes(value);
            books.unfinished.put(key, value);
            present.put(key, value);
            if (i % 500 == 0) {
                books.commit();
            }
        }
        for (int i = 0; i < KEYS; i++) {
            if (i % 4 != 0 && present.remove("k" + i) != null) {
                books.unfinished.remove("k" + i);
            }
        }
        books.commit();
        books.sync();
        books.retain(0);
        return present;
    }

    private static void compact(MetadataDatabase books) {
        for (int i = 0; i < STEPS && books.livePercent() < 75; i++) {
            books.compact(1 << 20);
        }
    }

    private static void requireSame(MetadataDatabase books, Map<String, byte[]> expected) {
        Map<String, byte[]> found = new TreeMap<>();
        books.unfinished.forEach(found::put);
        assertThat(found.keySet()).isEqualTo(new TreeMap<>(expected).keySet());
        found.forEach((key, value) -> assertThat(value).isEqualTo(expected.get(key)));
    }

    @Test
    void shouldShrinkAFileThatIsMostlyDeadAndLoseNothing() throws IOException {
        Path file = folder.resolve("store.mv");
        MetadataDatabase books = open(file);
        Map<String, byte[]> present = fill(books);
        long before = books.fileBytes();
        assertThat(books.livePercent()).isLessThan(25);

        compact(books);
        assertThat(books.fileBytes()).isLessThan(before / 3);
        requireSame(books, present);
        books.abandon();
        MetadataDatabase again = open(file);
        requireSame(again, present);
        assertThat(again.fileBytes()).isLessThan(before / 3);
        again.close();
    }

    @Test
    void shouldDoNothingWhereMostIsInUse() throws IOException {
        MetadataDatabase books = open(folder.resolve("store.mv"));
        for (int i = 0; i < 10 * KEYS; i++) {
            books.unfinished.put("k" + i, new byte[400]);
        }
        books.commit();
        assertThat(books.fileBytes()).isGreaterThan(8 << 20);
        assertThat(new Compaction().step(books, true)).isFalse();
        books.close();
    }

    @Test
    void shouldDoAStepAlsoWhileSomebodyWrites() throws Exception {
        MetadataDatabase books = open(folder.resolve("store.mv"));
        Map<String, byte[]> present = fill(books);
        Compaction compaction = new Compaction();
        io.datahub.store.record.Await.until(() -> compaction.step(books, false));
        requireSame(books, present);
        books.close();
    }

    /** Kills another process in the midst of its work, several times over, each time a bit later. */
    @Test
    @Timeout(120)
    void shouldLoseNothingWhenItIsKilledMeanwhile() throws Exception {
        Path file = folder.resolve("store.mv");
        MetadataDatabase books = open(file);
        Map<String, byte[]> present = fill(books);
        books.abandon();
        for (int kill = 1; kill <= 6; kill++) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            Compacting.class.getName(),
                            file.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader steps =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (int i = 0; i < kill; i++) {
                    assertThat(steps.readLine()).isEqualTo("step");
                }
                process.destroyForcibly();
            }
            process.waitFor();
            MetadataDatabase left = open(file);
            requireSame(left, present);
            left.abandon();
        }
    }

    /** What is killed: it moves a little at a time, and begins again and again. */
    static final class Compacting {

        private Compacting() {}

        public static void main(String[] arguments) throws IOException {
            MetadataDatabase books = open(Path.of(arguments[0]));
            while (true) {
                books.compact(64 << 10);
                System.out.println("step");
            }
        }
    }
}
