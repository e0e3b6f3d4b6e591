package io.datahub.api.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FileStatTest {

    @TempDir
    Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static FileStat stat(Path path) throws IOException {
        return FileStat.of(path).orElseThrow();
    }

    @Test
    void shouldTellFilesFromDirectories() throws IOException {
        FileStat file = stat(write("a", "abc"));

        assertThat(file.isFile()).isTrue();
        assertThat(file.size()).isEqualTo(3);
        assertThat(stat(folder).isDirectory()).isTrue();
        assertThat(FileStat.kindOf(folder)).contains(FileStat.Kind.DIRECTORY);
        assertThat(FileStat.kindOf(folder.resolve("a"))).contains(FileStat.Kind.FILE);
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void shouldNotFollowLinks() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), write("a", "abc"));

        assertThat(stat(link).kind()).isEqualTo(FileStat.Kind.OTHER);
        assertThat(FileStat.kindOf(link)).contains(FileStat.Kind.OTHER);
    }

    @Test
    void shouldFindNothingWhereNothingIs() throws IOException {
        assertThat(FileStat.of(folder.resolve("a/b/c"))).isEmpty();
        assertThat(FileStat.kindOf(folder.resolve("a"))).isEmpty();
    }

    @Test
    void shouldFindNothingBelowAFile() throws IOException {
        Path file = write("a", "abc");

        assertThat(FileStat.of(file.resolve("b"))).isEmpty();
        assertThat(FileStat.of(file.resolve("b/c"))).isEmpty();
        assertThat(FileStat.kindOf(file.resolve("b"))).isEmpty();
    }

    @Test
    void shouldRecognizeARenamedFile() throws IOException {
        Path file = write("a", "abc");
        FileStat before = stat(file);

        FileStat after = stat(Files.move(file, folder.resolve("b")));

        assertThat(after.hasContentOf(before)).isTrue();
        assertThat(stat(write("a", "abc")).hasContentOf(before)).isFalse();
    }

    @Test
    void shouldCompareWithAStatWithoutOwner() throws IOException {
        Path file = write("a", "abc");
        FileStat stat = stat(file);
        FileStat stored = new FileStat(stat.kind(), stat.size(), stat.modified(), stat.changed(), stat.key(), -1, -1);

        assertThat(stat(file).isUnchangedSince(stored)).isTrue();
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
        assertThat(stat(file).isUnchangedSince(stored)).isFalse();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void shouldKnowWhetherAFileIsOlderThanATime() throws IOException {
        FileStat stat = stat(write("a", "abc"));

        assertThat(stat.isUnchangedSince(Instant.now().plusSeconds(60))).isTrue();
        assertThat(stat.isUnchangedSince(Instant.now().minusSeconds(60))).isFalse();
    }
}
