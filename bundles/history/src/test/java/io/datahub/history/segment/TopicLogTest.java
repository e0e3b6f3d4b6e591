package io.datahub.history.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.history.TestHistory;
import io.datahub.history.rules.KeepRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicLogTest {

    private static final Epoch EPOCH = new Epoch("e", 0);
    private static final KeepRule RULE = KeepRule.parse("dev.: 1h, 1 MiB").get(0);

    @TempDir
    Path folder;

    private static void append(TopicLog log, int number, int length) {
        log.append(EPOCH, new Position(0, number), TestHistory.event("dev.a", "x".repeat(length)));
    }

    private static List<Long> numbers(TopicLog log) throws IOException {
        List<Long> numbers = new ArrayList<>();
        try (TopicReader reader = new TopicReader(log.segments(), EPOCH, Position.NONE, Long.MAX_VALUE)) {
            while (reader.next()) {
                numbers.add(reader.position().number());
            }
        }
        return numbers;
    }

    @Test
    void shouldKeepTheOrderIfASegmentEndsWhileMuchIsInMemory() throws Exception {
        Path file = folder.resolve("topics/dev");
        try (TopicLog log = TopicLog.open(file, RULE)) {
            append(log, 1, 1);
            log.swap();
            log.write();
            for (int number = 2; number < 10; number++) {
                append(log, number, 30_000);
            }
            log.trim(EPOCH, 10, System.currentTimeMillis() + 600_000);
            log.swap();
            log.write();
            assertThat(numbers(log)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        }
        try (TopicLog log = TopicLog.open(file, RULE)) {
            assertThat(numbers(log)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
            assertThat(log.lastNumber()).isEqualTo(9);
        }
    }

    @Test
    void shouldRemoveWhatWasRefusedFromMemoryAndSegments() throws Exception {
        for (int from : List.of(1, 2, 7, 12)) {
            Path file = folder.resolve("topics/dev" + from);
            try (TopicLog log = TopicLog.open(file, RULE)) {
                for (int number = 1; number <= 9; number++) {
                    append(log, number, 30_000);
                    if (number % 3 == 0) {
                        log.swap();
                        log.write();
                    }
                }
                append(log, 10, 1);
                log.swap();
                append(log, 11, 1);
                append(log, 12, 1);
                append(log, 13, 1);
                log.forget(from);
                log.remove(from);
                log.remove(from); // as after a failure
                append(log, 20, 1);
                log.swap();
                log.write();
                log.flush();
                assertNumbers(log, from);
            }
            try (TopicLog log = TopicLog.open(file, RULE)) {
                assertNumbers(log, from);
            }
        }
    }

    private static void assertNumbers(TopicLog log, int from) throws IOException {
        List<Long> expected = new ArrayList<>(LongStream.range(1, from).boxed().toList());
        expected.add(20L);
        assertThat(numbers(log)).isEqualTo(expected);
        assertThat(log.gaps(EPOCH)).isEmpty();
        assertThat(log.count()).isEqualTo(expected.size());
    }

    private static void write(TopicLog log, int number) throws IOException {
        append(log, number, 30_000);
        log.swap();
        log.write();
    }

    @Test
    void shouldStartWithoutReadingTheLastSegmentAfterACleanStop() throws Exception {
        Path file = folder.resolve("topics/dev");
        try (TopicLog log = TopicLog.open(file, RULE)) {
            write(log, 1);
            write(log, 2);
        }
        TopicLog killed = TopicLog.open(file, RULE);
        write(killed, 3);
        killed.abandon();
        try (TopicLog log = TopicLog.open(file, RULE)) {
            assertThat(numbers(log)).containsExactly(1L, 2L, 3L);
        }
        Path segment = file.resolve(Segment.name(1));
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length - 1] ^= 1;
        Files.write(segment, bytes);
        try (TopicLog log = TopicLog.open(file, RULE)) {
            assertThat(log.count()).isEqualTo(3);
            assertThat(log.segments().get(0).firstMillis()).isPositive();
            assertThat(file).isDirectoryNotContaining("glob:**.idx");
        }
    }

    @Test
    void shouldBeginASegmentAfterAFailedFlush() throws Exception {
        try (TopicLog log = TopicLog.open(folder.resolve("topics/dev"), RULE)) {
            append(log, 1, 1);
            log.swap();
            log.write();
            log.endSegment();
            for (int number = 2; number < 4; number++) {
                append(log, number, 1);
                log.swap();
                log.write();
            }
            assertThat(log.segments()).hasSize(2);
            assertThat(numbers(log)).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void shouldNotSkipEventsThatWereDeletedAfterTheCursorWasChecked() throws Exception {
        try (TopicLog log = TopicLog.open(folder.resolve("topics/dev"), RULE)) {
            for (int number = 1; number < 60; number++) {
                append(log, number, 30_000);
            }
            log.swap();
            log.write();
            log.trim(EPOCH, 60, System.currentTimeMillis());
            long trimmed = log.trimmed(EPOCH).number();
            assertThat(trimmed).isGreaterThan(10);
            try (TopicReader early = new TopicReader(log.segments(), EPOCH, new Position(0, trimmed - 1), 59);
                    TopicReader exact = new TopicReader(log.segments(), EPOCH, new Position(0, trimmed), 59)) {
                assertThatThrownBy(early::next).isInstanceOf(NoSuchFileException.class);
                assertThat(exact.next()).isTrue();
                assertThat(exact.position().number()).isEqualTo(trimmed + 1);
            }
        }
    }

    @Test
    void shouldSayInTheEpochOfASegmentWhereTheOneBeforeItEnded() throws Exception {
        Epoch next = new Epoch("next", 3);
        try (TopicLog log = TopicLog.open(folder.resolve("topics/dev"), RULE)) {
            log.append(EPOCH, new Position(50, 1), TestHistory.event("dev.a", "x"));
            log.append(next, new Position(4, 2), TestHistory.event("dev.a", "x"));
            log.swap();
            log.write();
            assertThat(log.segments().get(1).header().previous()).isEqualTo(new Position(3, 1));
        }
    }
}
