package io.datahub.history;

import static io.datahub.api.user.Action.READ;
import static io.datahub.api.user.Action.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.history.EventHistory;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.history.log.LogState;
import io.datahub.test.memory.MemoryHistory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptTopicsTest {

    private static final String KEEP = "build.: 1d; dev.: 1d, 1 MiB";

    @TempDir
    Path folder;

    private TestHistory hub;

    private TestHistory start(String keep) throws IOException {
        hub = new TestHistory(folder.resolve("history"), keep);
        return hub;
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private static Cursor cursor(EventRun event) {
        return event.cursor().orElseThrow();
    }

    private static String text(EventRun event) {
        EventReader reader = new EventReader(event);
        reader.next();
        return reader.topic() + " " + StandardCharsets.UTF_8.decode(reader.payload()) + " " + cursor(event) + " "
                + event.user();
    }

    private Reason refusal(Cursor since, String... prefixes) {
        return hub.history
                .read(User.HUB, since, List.of(prefixes), 10, 1000)
                .refusal()
                .map(Refusal::reason)
                .orElse(null);
    }

    private Cursor oldest(Cursor since, String... prefixes) {
        return hub.history.oldest(since, List.of(prefixes));
    }

    @Test
    void shouldGiveFileEventsAndKeptEventsOneOrder() throws Exception {
        start(KEEP);
        Cursor before = hub.history.head();
        hub.append("build.a", "1").get();
        Cursor file = hub.create("x").get();
        Cursor kept = hub.append("dev.b", "2").get();
        hub.create("y").get();
        hub.append("build.c", "3").get();
        assertThat(hub.topics(before, ""))
                .containsExactly("build.a", "file.created/x", "dev.b", "file.created/y", "build.c");
        assertThat(hub.topics(Cursor.BEGINNING, "")).hasSize(5);
        assertThat(hub.topics(file, "")).containsExactly("dev.b", "file.created/y", "build.c");
        assertThat(hub.topics(kept, "")).containsExactly("file.created/y", "build.c");
        assertThat(hub.topics(kept, "build.")).containsExactly("build.c");
        assertThat(hub.topics(before, "file.")).containsExactly("file.created/x", "file.created/y");
        assertThat(hub.topics(before, "dev.b", "build.c")).containsExactly("dev.b", "build.c");
        assertThat(file).hasToString("memory-1");
        assertThat(kept.toString()).startsWith("memory-1.");
        assertThat(hub.history.newest(User.HUB, List.of(""), 2, 1000).events().stream()
                        .map(MemoryHistory::topic))
                .containsExactly("file.created/y", "build.c");
    }

    @Test
    void shouldContinueExactlyFromAnyCursorWhateverThePagesAlsoAfterAStopAndACrash() throws Exception {
        start(KEEP);
        Random random = new Random(7);
        for (int round = 0; round < 6; round++) {
            hub.configure(KEEP, round % 2 == 0 ? "always" : "50");
            List<CompletableFuture<Cursor>> all = new ArrayList<>();
            for (int i = 0; i < 150; i++) {
                all.add(
                        switch (random.nextInt(4)) {
                            case 0 -> hub.create("f" + round + "/" + i);
                            case 1 -> hub.append("dev." + i, "d".repeat(random.nextInt(300)));
                            case 2 -> hub.append("build.big", "b".repeat(random.nextInt(200_000)));
                            default -> hub.append("build." + i, "b");
                        });
            }
            for (int i = 1; i < all.size(); i++) {
                assertThat(all.get(i).get().isUpTo(all.get(i - 1).get())).isFalse();
            }
            List<String> read = hub.read(User.HUB, Cursor.BEGINNING, 1000, "").stream()
                    .map(KeptTopicsTest::text)
                    .toList();
            assertThat(read).hasSize(150 * (round + 1));
            for (int i = 0; i < 20; i++) {
                int from = random.nextInt(all.size());
                assertThat(hub.read(User.HUB, all.get(from).get(), 1 + random.nextInt(40), "").stream()
                                .map(KeptTopicsTest::text))
                        .containsExactlyElementsOf(read.subList(150 * round + from + 1, read.size()));
            }
            TestHistory before = hub;
            hub = round % 2 == 0 ? before.kill(folder.resolve("killed" + round), KEEP) : before.reopen(KEEP);
            before.close();
            assertThat(hub.read(User.HUB, Cursor.BEGINNING, 500, "").stream().map(KeptTopicsTest::text))
                    .containsExactlyElementsOf(read);
        }
    }

    @Test
    void shouldLoseNoMoreThanTheTornRecordWhateverByteAWriteEndsAt() throws Exception {
        start("build.: 1d");
        hub.append("build.a", "first").get();
        Cursor second = hub.append("build.b", "second").get();
        hub.append("build.c", "third").get();
        hub.topics(Cursor.BEGINNING, ""); // so that everything is written
        Path copy = folder.resolve("copy");
        TestHistory.copy(folder.resolve("history"), copy);
        Path segment;
        try (Stream<Path> files = Files.walk(copy)) {
            segment = files.filter(file -> file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(segment);
        int last = bytes.length - 8 - 26 - 2 - (2 + 7 + 2 + 5);
        for (int end = 0; end <= bytes.length; end += end < last ? 20 : 3) {
            Path torn = folder.resolve("torn" + end);
            TestHistory.copy(copy, torn);
            Path file = torn.resolve(copy.relativize(segment).toString());
            byte[] garbage = end < bytes.length && end % 3 == 0 ? new byte[500] : new byte[0];
            Files.write(file, Arrays.copyOf(bytes, end), StandardOpenOption.TRUNCATE_EXISTING);
            Files.write(file, garbage, StandardOpenOption.APPEND);
            try (TestHistory torned = new TestHistory(torn, hub.journal, "build.: 1d", "100")) {
                List<String> topics = torned.topics(Cursor.BEGINNING, "");
                assertThat(topics)
                        .isEqualTo(List.of("build.a", "build.b", "build.c").subList(0, topics.size()));
                if (end == bytes.length) {
                    assertThat(topics).hasSize(3);
                } else if (end >= last) {
                    assertThat(topics).hasSize(2);
                }
                Cursor next = torned.append("build.d", "4").get();
                assertThat(next.kept()).isGreaterThan(second.kept() + 1);
                assertThat(torned.topics(second, "")).last().isEqualTo("build.d");
                try (TestHistory again = torned.reopen("build.: 1d")) {
                    assertThat(again.topics(Cursor.BEGINNING, "")).hasSize(topics.size() + 1);
                }
            }
        }
    }

    @Test
    void shouldNeverGiveANumberTwiceAlsoIfTheFlushWasLost() throws Exception {
        start("build.: 1d");
        long last = 0;
        for (int i = 0; i < 5; i++) {
            long first = hub.append("build.a", "x").get().kept();
            assertThat(first).isGreaterThan(last);
            last = hub.append("build.a", "x").get().kept();
            TestHistory before = hub;
            hub = before.kill(folder.resolve("killed" + i), "build.: 1d");
            before.close();
            assertThat(refusal(new Cursor("memory", 0, last), "")).isNull();
        }
        hub.close();
        // A number has eight times the microseconds of the clock; five starts within a moment reserve numbers ahead of
        // it.
        long reached = last / 8_000;
        await().until(() -> System.currentTimeMillis() > reached + 100);
        Path lost = folder.resolve("lost");
        Files.createDirectories(lost);
        hub = new TestHistory(lost, hub.journal, "build.: 1d", "100");
        assertThat(hub.append("build.a", "x").get().kept()).isGreaterThan(last);
    }

    @Test
    void shouldAnswerOnlyOnceAnEventIsInTheFileIfItIsAlwaysFlushed() throws Exception {
        start("build.: 1d");
        hub.configure("build.: 1d", "always");
        CompletableFuture<Cursor> first = hub.append("build.a", "x");
        CompletableFuture<Cursor> file = hub.create("x");
        assertThat(file.get()).isEqualTo(new Cursor("memory", 1));
        assertThat(first).isCompleted();
        TestHistory killed = hub.kill(folder.resolve("killed"), "build.: 1d");
        assertThat(killed.topics(Cursor.BEGINNING, "build.")).containsExactly("build.a");
        killed.close();
    }

    @Test
    void shouldDeleteTheOldestEventsBeyondASizeAndTellWhoAsksForThem() throws Exception {
        start("dev.: 1d, 1 MiB; build.: 1d");
        Cursor build = hub.append("build.a", "x").get();
        Cursor first = hub.append("dev.a", "x".repeat(10_000)).get();
        for (int i = 0; i < 400; i++) {
            hub.append("dev.b", "x".repeat(10_000)).get();
        }
        await().until(() -> refusal(first, "dev.") == Reason.GONE);
        await().until(() -> hub.log.readers().states().stream().allMatch(state -> state.bytes() <= 1 << 20));
        Cursor oldest = oldest(Cursor.BEGINNING, "");
        assertThat(refusal(oldest, "")).isNull();
        assertThat(refusal(build, "build.")).isNull();
        assertThat(refusal(build, "")).isEqualTo(Reason.GONE);
        List<EventRun> left = hub.read(User.HUB, Cursor.BEGINNING, 100, "dev.");
        assertThat(left).hasSizeBetween(50, 110);
        assertThat(hub.read(User.HUB, oldest, 100, "dev.")).hasSameSizeAs(left);
        TestHistory before = hub;
        hub = before.reopen("dev.: 1d, 1 MiB; build.: 1d");
        assertThat(refusal(first, "dev.")).isEqualTo(Reason.GONE);
        assertThat(oldest(Cursor.BEGINNING, "")).isEqualTo(oldest);
        assertThat(hub.topics(build, "build.")).isEmpty();
        assertThatThrownBy(() -> hub.append("dev.c", "x".repeat(700_000)).join())
                .hasMessageContaining("TOO_LARGE");
    }

    @Test
    void shouldContinueAfterAGapWithoutSkippingWhatIsThereOfOtherTopics() throws Exception {
        start("dev.: 1d, 1 MiB; build.: 1d");
        Cursor since = hub.create("a").get();
        hub.append("build.a", "x").get();
        for (int i = 0; i < 150; i++) {
            hub.append("dev." + i, "x".repeat(10_000)).get();
            if (i % 30 == 0) {
                hub.create("f" + i).get();
            }
        }
        await().until(() -> refusal(since, "dev.") == Reason.GONE);
        await().until(() -> hub.log.readers().states().stream().allMatch(state -> state.bytes() <= 1 << 20));
        assertThat(oldest(since, "file.")).isEqualTo(since);
        assertThat(oldest(since, "file.", "build.")).isEqualTo(since);
        assertThat(refusal(since, "file.", "build.")).isNull();
        Cursor next = oldest(since, "file.", "dev.");
        List<String> left = hub.topics(Cursor.BEGINNING, "dev.");
        assertThat(left).isNotEmpty();
        for (int page : List.of(1, 7, 1000)) {
            List<String> read = hub.read(User.HUB, next, page, "file.", "dev.").stream()
                    .map(MemoryHistory::topic)
                    .toList();
            assertThat(read)
                    .startsWith("file.created/f0", "file.created/f30")
                    .contains("file.created/f120")
                    .containsAll(left)
                    .hasSize(left.size() + 5);
        }
        assertThat(oldest(next, "file.", "dev.")).isEqualTo(next);
    }

    @Test
    void shouldContinueAfterAGapOfFileEventsWithoutSkippingKeptOnes() throws Exception {
        start("build.: 1d");
        hub.create("a").get();
        hub.append("build.a", "x").get();
        Cursor since = hub.create("b").get();
        hub.append("build.b", "x").get();
        hub.create("c").get();
        hub.append("build.c", "x").get();
        hub.create("d").get();
        hub.journal.dropOldest(3);
        assertThat(refusal(since, "")).isEqualTo(Reason.GONE);
        assertThat(hub.topics(oldest(since, ""), "")).containsExactly("build.b", "build.c", "file.created/d");
    }

    @Test
    void shouldWaitForAFileEventThatItsAuthorKnowsBefore() throws Exception {
        start("build.: 1d");
        Cursor known =
                hub.journal.append(Change.Type.CREATED, RecordPath.of("a")).cursor();
        EventHistory.Page page =
                hub.history.read(User.HUB, known, List.of(""), 10, 1000).get();
        assertThat(page.events()).isEmpty();
        assertThat(page.next()).isEqualTo(known);
        hub.log.announce(known, () -> {});
        hub.append("build.a", "x").get();
        assertThat(hub.topics(known, "")).containsExactly("build.a");
        assertThat(refusal(new Cursor("memory", 2), "")).isEqualTo(Reason.GONE);
        assertThat(oldest(new Cursor("memory", 2), "")).isEqualTo(hub.history.head());
    }

    @Test
    void shouldDeleteEventsThatAreTooOldAndLogsWithoutARule() throws Exception {
        start("build.: 1s; dev.: 1s");
        Cursor first = hub.append("build.a", "x").get();
        hub.append("dev.a", "x").get();
        hub.configure("build.: 1s", "100");
        assertThat(hub.topics(Cursor.BEGINNING, "dev.")).containsExactly("dev.a");
        await().until(() -> hub.topics(Cursor.BEGINNING, "").isEmpty());
        await().until(() -> hub.log.readers().states().size() == 1);
        assertThat(refusal(new Cursor("memory", 0, first.kept() - 1), "build.")).isEqualTo(Reason.GONE);
        assertThat(refusal(first, "build.")).isNull();
        assertThat(refusal(first, "dev.")).isEqualTo(Reason.GONE);
        hub = hub.reopen("build.: 1s; dev.: 1d");
        assertThat(refusal(first, "dev.")).isEqualTo(Reason.GONE);
        Cursor next = oldest(first, "dev.");
        hub.append("dev.b", "x").get();
        assertThat(hub.topics(next, "dev.")).containsExactly("dev.b");
    }

    @Test
    void shouldShowOnlyWhatIsGrantedNow() throws Exception {
        start(KEEP);
        hub.append("build.a", "x").get();
        hub.append("build.secret", "x").get();
        hub.append("dev.a", "x").get();
        hub.create("pub/a").get();
        hub.create("secret/a").get();
        User user = new User("u", Set.of(), List.of(new Grant(SUBSCRIBE, "build.a", ""), new Grant(READ, "pub/", "")));
        assertThat(hub.read(user, Cursor.BEGINNING, 10, "").stream().map(MemoryHistory::topic))
                .containsExactly("build.a", "file.created/pub/a");
        User all = new User("u", Set.of(), List.of(new Grant(SUBSCRIBE, "build.", "")));
        assertThat(hub.read(all, Cursor.BEGINNING, 10, "build.s", "dev.").stream()
                        .map(MemoryHistory::topic))
                .containsExactly("build.secret");
    }

    @Test
    void shouldKeepEventsOfAnEarlierEpochUnderTheCursorsOfTheNewOne() throws Exception {
        start(KEEP);
        hub.create("a").get();
        Cursor before = hub.append("build.a", "x").get();
        hub.journal.rebuild();
        TestHistory old = hub;
        hub = old.reopen(KEEP);
        assertThat(refusal(before, "")).isEqualTo(Reason.GONE);
        hub.create("b").get();
        hub.append("build.b", "x").get();
        assertThat(hub.topics(Cursor.BEGINNING, "")).containsExactly("build.a", "file.created/b", "build.b");
        List<EventRun> all = hub.read(User.HUB, Cursor.BEGINNING, 10, "");
        assertThat(hub.topics(cursor(all.get(0)), "")).containsExactly("file.created/b", "build.b");
        hub.journal.rebuild(); // while it runs
        hub.create("c").get();
        hub.append("build.c", "x").get();
        assertThat(hub.topics(Cursor.BEGINNING, "")).containsExactly("build.a", "build.b", "file.created/c", "build.c");
        hub = hub.reopen(KEEP);
        assertThat(hub.topics(Cursor.BEGINNING, "")).containsExactly("build.a", "build.b", "file.created/c", "build.c");
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("history"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    private static void damage(Path segment, int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        bytes[offset] ^= 1;
        Files.write(segment, bytes);
    }

    private int gaps() {
        return hub.log.readers().states().stream().mapToInt(LogState::gaps).sum();
    }

    @Test
    void shouldReadUpToADamagedEventAndContinueAfterItsSegment() throws Exception {
        start("dev.: 1d, 1 MiB");
        List<Cursor> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(hub.append("dev." + i, "x".repeat(10_000)).get());
            hub.topics(all.get(i), ""); // so that it is written
            all.add(hub.create("f" + i).get());
        }
        assertThat(segments()).hasSizeGreaterThan(3);
        damage(segments().get(1), 25_000); // the third of its events
        List<String> before = List.of(
                "dev.0",
                "file.created/f0",
                "dev.1",
                "file.created/f1",
                "dev.2",
                "file.created/f2",
                "dev.3",
                "file.created/f3",
                "dev.4",
                "file.created/f4",
                "dev.5",
                "file.created/f5",
                "dev.6",
                "file.created/f6",
                "dev.7",
                "file.created/f7",
                "dev.8");
        for (int round = 0; round < 3; round++) {
            assertThat(readUpToGap(Cursor.BEGINNING)).isEqualTo(before);
            assertThat(readUpToGap(all.get(3))).isEqualTo(before.subList(4, before.size()));
            for (int i = before.size() - 1; i < 26; i++) {
                assertThat(refusal(all.get(i), "")).as("%s", i).isEqualTo(Reason.GONE);
            }
            assertThat(refusal(all.get(20), "file.")).isNull();
            Cursor oldest = oldest(Cursor.BEGINNING, "");
            assertThat(oldest.kept()).isEqualTo(all.get(26).kept());
            assertThat(hub.topics(oldest, "dev.")).startsWith("dev.14");
            assertThat(hub.topics(oldest, "")).startsWith("file.created/f0").contains("file.created/f13");
            assertThat(oldest(all.get(20), "")).isEqualTo(new Cursor("memory", 10, oldest.kept()));
            assertThat(hub.topics(all.get(27), "")).startsWith("dev.14");
            assertThat(hub.history
                            .newest(User.HUB, List.of("dev."), 100, 1 << 20)
                            .events())
                    .hasSizeBetween(20, 29);
            assertThat(gaps()).isEqualTo(1);
            hub = hub.reopen("dev.: 1d, 1 MiB");
        }
    }

    /** The topics from a cursor to a gap. */
    private List<String> readUpToGap(Cursor since) {
        List<String> topics = new ArrayList<>();
        Cursor position = since;
        for (int i = 0; i < 100; i++) {
            Result<EventHistory.Page> page = hub.history.read(User.HUB, position, List.of(""), 4, 1 << 20);
            if (page.isRefused()) {
                assertThat(page.refusal().orElseThrow().reason()).isEqualTo(Reason.GONE);
                return topics;
            }
            page.get().events().forEach(event -> topics.add(MemoryHistory.topic(event)));
            position = page.get().next();
        }
        throw new AssertionError("there is no gap after " + topics);
    }

    @Test
    void shouldContinueAfterADamagedEventOfTheSegmentThatIsWritten() throws Exception {
        start("build.: 1d");
        hub.append("build.a", "x".repeat(1000)).get();
        Cursor second = hub.append("build.b", "x").get();
        hub.topics(Cursor.BEGINNING, "");
        damage(segments().get(0), 500);
        assertThat(hub.topics(Cursor.BEGINNING, "")).isEmpty(); // as if both had been deleted
        assertThat(oldest(Cursor.BEGINNING, "")).isEqualTo(second);
        assertThat(refusal(new Cursor("memory", 0, second.kept() - 1), "")).isEqualTo(Reason.GONE);
        Cursor third = hub.append("build.c", "x").get();
        assertThat(third.kept()).isGreaterThan(second.kept());
        assertThat(hub.topics(second, "")).containsExactly("build.c");
        assertThat(hub.topics(Cursor.BEGINNING, "")).containsExactly("build.c");
        hub = hub.reopen("build.: 1d");
        assertThat(hub.topics(second, "")).containsExactly("build.c");
        assertThat(hub.topics(Cursor.BEGINNING, "")).containsExactly("build.c");
    }

    @Test
    void shouldReportAGapWhereASegmentIsMissing() throws Exception {
        start("dev.: 1d, 1 MiB");
        List<Cursor> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(hub.append("dev." + i, "x".repeat(10_000)).get());
            hub.topics(all.get(i), "");
        }
        hub.close();
        damage(segments().get(1), 5); // its header
        hub = new TestHistory(folder.resolve("history"), hub.journal, "dev.: 1d, 1 MiB", "100");
        List<String> topics = readUpToGap(Cursor.BEGINNING);
        assertThat(topics).hasSizeBetween(5, 9).endsWith("dev." + (topics.size() - 1));
        assertThat(refusal(all.get(topics.size()), "")).isEqualTo(Reason.GONE);
        assertThat(hub.topics(oldest(Cursor.BEGINNING, ""), "")).isNotEmpty().endsWith("dev.29");
        assertThat(gaps()).isEqualTo(1);
    }

    @Test
    void shouldKeepWhatFollowsANewEpochIfALogWasEmpty() throws Exception {
        start("dev.: 1s");
        hub.append("dev.a", "x").get();
        await().until(() -> hub.topics(Cursor.BEGINNING, "").isEmpty());
        hub.journal.rebuild();
        hub.create("a").get();
        hub.configure("dev.: 1d", "100");
        Cursor kept = hub.append("dev.b", "x").get();
        hub.topics(Cursor.BEGINNING, "");
        hub.append("dev.c", "x".repeat(10)).get();
        hub = hub.reopen("dev.: 1d");
        assertThat(segments()).hasSize(1);
        assertThat(hub.topics(kept, "")).containsExactly("dev.c");
    }

    @Test
    void shouldKeepEventsAfterAReaderWasInterrupted() throws Exception {
        start("build.: 1d");
        hub.append("build.a", "x").get();
        hub.topics(Cursor.BEGINNING, "");
        hub.configure("build.: 1d", "60000");
        hub.append("build.b", "x").get(); // in memory until it is read
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> hub.topics(Cursor.BEGINNING, "")).isInstanceOf(UncheckedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
        hub.configure("build.: 1d", "always");
        hub.append("build.c", "x").get();
        assertThat(hub.log.failure()).isEmpty();
        assertThat(hub.topics(Cursor.BEGINNING, "")).containsExactly("build.a", "build.b", "build.c");
    }

    @Test
    void shouldFlushWhenTheThreadThatStopsItIsInterrupted() throws Exception {
        start("build.: 1d");
        hub.configure("build.: 1d", "60000");
        hub.append("build.a", "x").get();
        Thread.currentThread().interrupt();
        hub.close();
        assertThat(Thread.interrupted()).isTrue();
        hub = new TestHistory(folder.resolve("history"), hub.journal, "build.: 1d", "100");
        assertThat(hub.topics(Cursor.BEGINNING, "")).containsExactly("build.a");
    }

    @Test
    void shouldOpenTheOtherLogsIfTheRuleOfOneIsDamaged() throws Exception {
        start("build.: 30d; dev.: 1d");
        hub.append("build.a", "x").get();
        hub.append("dev.a", "x").get();
        hub.close();
        Files.writeString(folder.resolve("history/topics/t-build./rule"), "?");
        hub = new TestHistory(folder.resolve("history"), hub.journal, "dev.: 1d", "100");
        assertThat(hub.topics(Cursor.BEGINNING, "")).containsExactly("dev.a");
        hub.configure("build.: 30d; dev.: 1d", "100");
        assertThat(hub.topics(Cursor.BEGINNING, "")).containsExactly("build.a", "dev.a");
    }
}
