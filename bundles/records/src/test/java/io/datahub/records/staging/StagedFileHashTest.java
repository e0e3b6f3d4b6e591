package io.datahub.records.staging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hashes of files that are large enough to be hashed in the background. */
final class StagedFileHashTest {

    private static final int LARGE = 9_000_000;

    @TempDir
    Path directory;

    @Test
    void shouldHashLargeFileByAllAlgorithms() throws Exception {
        byte[] content = bytes(1, LARGE);
        try (StagedFile file = new StagedFile(directory.resolve("file"), List.of("SHA-512", "MD5"))) {
            append(file, content, 65_536);
            file.finish();

            assertThat(file.sha256()).isEqualTo(hash("SHA-256", content));
            assertThat(file.hash("SHA-512")).isEqualTo(hash("SHA-512", content));
            assertThat(file.hash("MD5")).isEqualTo(hash("MD5", content));
        }
    }

    @Test
    void shouldHashWhatACallerOverwritesInItsBufferAfterwards() throws Exception {
        byte[] content = bytes(2, LARGE);
        ByteBuffer reused = ByteBuffer.allocate(100_000);
        try (StagedFile file = new StagedFile(directory.resolve("file"), List.of())) {
            for (int from = 0; from < content.length; from += reused.capacity()) {
                reused.clear().put(content, from, Math.min(reused.capacity(), content.length - from));
                file.append(reused.flip());
            }
            file.finish();

            assertThat(file.sha256()).isEqualTo(hash("SHA-256", content));
        }
    }

    @Test
    void shouldHashLargeFileAfterChanges() throws Exception {
        for (int seed = 0; seed < 8; seed++) {
            Random random = new Random(seed);
            try (StagedFile file = new StagedFile(directory.resolve("file" + seed), List.of("MD5"))) {
                append(file, bytes(seed, 5_000_000 + random.nextInt(3_000_000)), 1 + random.nextInt(300_000));
                StagedFile.Mark mark = file.mark();
                append(file, bytes(seed, random.nextInt(3_000_000)), 1 + random.nextInt(300_000));
                change(file, mark, random);
                append(file, bytes(seed, random.nextInt(3_000_000)), 1 + random.nextInt(300_000));
                file.finish();

                byte[] content = Files.readAllBytes(file.path());
                assertThat(file.sha256()).as("seed " + seed).isEqualTo(hash("SHA-256", content));
                assertThat(file.hash("MD5")).as("seed " + seed).isEqualTo(hash("MD5", content));
            }
        }
    }

    private static void change(StagedFile file, StagedFile.Mark mark, Random random) throws Exception {
        switch (random.nextInt(4)) {
            case 0 -> file.truncate(random.nextInt((int) file.size()));
            case 1 -> file.write(random.nextInt((int) file.size()), ByteBuffer.wrap(bytes(99, 100_000)));
            case 2 -> file.returnTo(mark);
            default -> file.finish();
        }
    }

    @Test
    void shouldHashMoreFilesAtOnceThanThereAreThreads() throws Exception {
        byte[] content = bytes(3, LARGE);
        List<CompletableFuture<String>> hashes = new ArrayList<>();
        IntStream.range(0, 4 * Runtime.getRuntime().availableProcessors() + 4)
                .forEach(i -> hashes.add(CompletableFuture.supplyAsync(
                        () -> store("file" + i, content), task -> new Thread(task).start())));

        for (CompletableFuture<String> hash : hashes) {
            assertThat(hash.get()).isEqualTo(hash("SHA-256", content));
        }
    }

    private String store(String name, byte[] content) {
        try (StagedFile file = new StagedFile(directory.resolve(name), List.of())) {
            append(file, content, 65_536);
            file.finish();
            return file.sha256();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void append(StagedFile file, byte[] content, int chunk) throws Exception {
        for (int from = 0; from < content.length; from += chunk) {
            file.append(ByteBuffer.wrap(content, from, Math.min(chunk, content.length - from)));
        }
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static String hash(String algorithm, byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    }
}
