package io.datahub.store.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.store.pages.CorruptionCertainty;
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
        MetadataDatabase database = MetadataDatabase.open(file, 4, CorruptionCertainty.POSSIBLE, epoch -> 0);
        database.retain(0);
        return database;
    }

    /** Writes and overwrites entries until most of the file is old versions; returns the live entries. */
    private static Map<String, byte[]> fill(MetadataDatabase database) {
        Random random = new Random(1);
        Map<String, byte[]> expected = new HashMap<>();
        database.retain(60_000); // no freed space is reused
        for (int i = 0; i < 8 * KEYS; i++) {
            String key = "k" + random.nextInt(KEYS);
            byte[] value = new byte[400];
            random.nextBytes(value);
            database.lastingDrafts.put(key, value);
            expected.put(key, value);
            if (i % 500 == 0) {
                database.commit();
            }
        }
        for (int i = 0; i < KEYS; i++) {
            if (i % 4 != 0 && expected.remove("k" + i) != null) {
                database.lastingDrafts.remove("k" + i);
            }
        }
        database.commit();
        database.sync();
        database.retain(0);
        return expected;
    }

    private static void compact(MetadataDatabase database) {
        for (int i = 0; i < STEPS && database.livePercent() < 75; i++) {
            database.compact(1 << 20);
        }
    }

    private static void assertContents(MetadataDatabase database, Map<String, byte[]> expected) {
        Map<String, byte[]> actual = new TreeMap<>();
        database.lastingDrafts.forEach(actual::put);
        assertThat(actual.keySet()).isEqualTo(new TreeMap<>(expected).keySet());
        actual.forEach((key, value) -> assertThat(value).isEqualTo(expected.get(key)));
    }

    @Test
    void shouldShrinkAFileOfMostlyOldVersionsWithoutLosingData() throws IOException {
        Path file = folder.resolve("store.mv");
        MetadataDatabase database = open(file);
        Map<String, byte[]> expected = fill(database);
        long bytesBefore = database.fileBytes();
        assertThat(database.livePercent()).isLessThan(25);

        compact(database);
        assertThat(database.fileBytes()).isLessThan(bytesBefore / 3);
        assertContents(database, expected);
        database.abandon();
        MetadataDatabase reopened = open(file);
        assertContents(reopened, expected);
        assertThat(reopened.fileBytes()).isLessThan(bytesBefore / 3);
        reopened.close();
    }

    @Test
    void shouldNotCompactAFileOfMostlyLiveData() throws IOException {
        MetadataDatabase database = open(folder.resolve("store.mv"));
        for (int i = 0; i < 10 * KEYS; i++) {
            database.lastingDrafts.put("k" + i, new byte[400]);
        }
        database.commit();
        assertThat(database.fileBytes()).isGreaterThan(8 << 20);
        assertThat(new Compaction().step(database, true)).isFalse();
        database.close();
    }

    @Test
    void shouldRunAStepUnderWriteLoad() throws Exception {
        MetadataDatabase database = open(folder.resolve("store.mv"));
        Map<String, byte[]> expected = fill(database);
        Compaction compaction = new Compaction();
        await().until(() -> compaction.step(database, false));
        assertContents(database, expected);
        database.close();
    }

    /** Kills a compacting process several times, each time after one more step. */
    @Test
    @Timeout(120)
    void shouldLoseNothingWhenKilledDuringCompaction() throws Exception {
        Path file = folder.resolve("store.mv");
        MetadataDatabase database = open(file);
        Map<String, byte[]> expected = fill(database);
        database.abandon();
        for (int kill = 1; kill <= 6; kill++) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            CompactingProcess.class.getName(),
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
            MetadataDatabase recovered = open(file);
            assertContents(recovered, expected);
            recovered.abandon();
        }
    }

    /** The process to kill: compacts in small steps until it is killed. */
    static final class CompactingProcess {

        private CompactingProcess() {}

        public static void main(String[] arguments) throws IOException {
            MetadataDatabase database = open(Path.of(arguments[0]));
            while (true) {
                database.compact(64 << 10);
                System.out.println("step");
            }
        }
    }
}
