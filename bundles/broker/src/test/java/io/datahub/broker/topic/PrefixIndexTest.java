package io.datahub.broker.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PrefixIndexTest {

    @Test
    void shouldFindLongerPrefixesOfATopic() {
        PrefixIndex<Object> index = new PrefixIndex<>();
        Object one = new Object();
        for (String prefix : new String[] {"", "a", "ab c", "ab ", "b\0x", "c"}) {
            index.add(prefix.getBytes(StandardCharsets.UTF_8), one);
        }
        for (String topic : new String[] {"ab", "b"}) {
            byte[] bytes = topic.getBytes(StandardCharsets.UTF_8);
            assertThat(index.hasLongerPrefix(bytes, (byte) ' ')).isEqualTo(topic.equals("ab"));
            assertThat(index.hasLongerPrefix(bytes, (byte) 0)).isEqualTo(topic.equals("b"));
        }
        for (String topic : new String[] {"", "a", "c", "ab c", "abc", "x", "ac"}) {
            assertThat(index.hasLongerPrefix(topic.getBytes(StandardCharsets.UTF_8), (byte) ' '))
                    .isFalse();
        }
    }

    private final PrefixIndex<String> index = new PrefixIndex<>();

    @Test
    void shouldFindEveryPrefixOfATopicAndNothingElse() {
        add("", "all");
        add("build.", "builds");
        add("build.done", "done");
        add("build.done.", "deeper");
        add("builder", "other");

        assertThat(find("build.done")).containsExactlyInAnyOrder("all", "builds", "done");
        assertThat(find("build.do")).containsExactlyInAnyOrder("all", "builds");
        assertThat(find("build")).containsExactly("all");
        assertThat(find("builder")).containsExactlyInAnyOrder("all", "other");
    }

    @Test
    void shouldIgnorePrefixesThatAreTooShort() {
        add("", "all");
        add("hub", "short");
        add("hub.", "hub");

        List<String> found = new ArrayList<>();
        index.match(bytes("hub.lost"), 4, found::add);

        assertThat(found).containsExactly("hub");
    }

    @Test
    void shouldRemoveAllNodesWithTheLastSubscription() {
        String[] prefixes = {"abc", "abd", "ab", "abcdef", "x", "", "abcdxx"};
        for (String prefix : prefixes) {
            add(prefix, "s");
        }
        assertThat(index.nodes()).isPositive();
        for (String prefix : prefixes) {
            assertThat(index.remove(bytes(prefix), "s")).isTrue();
        }

        assertThat(index.nodes()).isZero();
        assertThat(index.size()).isZero();
    }

    @Test
    void shouldMergeNodesWithoutSubscribers() {
        add("abcdef", "a");
        add("abc", "b");
        index.remove(bytes("abc"), "b");

        assertThat(index.nodes()).isEqualTo(1);
        assertThat(find("abcdefg")).containsExactly("a");
    }

    @Test
    void shouldReportThatNothingWasRemoved() {
        add("abc", "a");

        assertThat(index.remove(bytes("abc"), "b")).isFalse();
        assertThat(index.remove(bytes("ab"), "a")).isFalse();
        assertThat(index.remove(bytes("abcd"), "a")).isFalse();
        assertThat(index.remove(bytes("abx"), "a")).isFalse();
        assertThat(index.size()).isEqualTo(1);
    }

    @Test
    void shouldAgreeWithASimpleListWhateverIsAddedAndRemoved() {
        Random random = new Random(7);
        TreeMap<String, TreeSet<String>> model = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            String prefix = text(random);
            String who = String.valueOf(random.nextInt(4)).intern();
            TreeSet<String> there = model.computeIfAbsent(prefix, same -> new TreeSet<>());
            if (there.contains(who)) {
                there.remove(who);
                assertThat(index.remove(bytes(prefix), who)).isTrue();
            } else {
                there.add(who);
                add(prefix, who);
            }
            if (i % 20 == 0) {
                String topic = text(random) + text(random);
                List<String> expected = new ArrayList<>();
                model.forEach((known, members) -> {
                    if (topic.startsWith(known)) {
                        expected.addAll(members);
                    }
                });
                assertThat(find(topic)).containsExactlyInAnyOrderElementsOf(expected);
            }
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(7); i > 0; i--) {
            text.append((char) ('a' + random.nextInt(3)));
        }
        return text.toString();
    }

    @Test
    void shouldHoldAMillionSubscriptionsInLittleMemoryAndFindFewStepsAway() {
        long before = usedMemory();
        for (int i = 0; i < 1_000_000; i++) {
            add("plant." + i % 1000 + ".sensor." + i, "s");
        }

        assertThat(index.size()).isEqualTo(1_000_000);
        assertThat((usedMemory() - before) / 1_000_000).as("bytes each").isLessThan(130);
        assertThat(count("plant.7.sensor.1007.value")).isEqualTo(1);
        assertThat(index.steps(bytes("plant.7.sensor.1007.value"))).isLessThan(12);
        assertThat(index.steps(bytes("x".repeat(4_000)))).isZero();
    }

    private static long usedMemory() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Test
    void shouldTakeNoMoreStepsForATopicThanItHasBytes() {
        String topic = "a".repeat(300);
        for (int length = 0; length <= topic.length(); length++) {
            add(topic.substring(0, length), "s");
            for (int other = 'b'; other <= 'z'; other++) {
                add(topic.substring(0, length) + (char) other, "o");
            }
        }

        assertThat(index.steps(bytes(topic))).isEqualTo(300);
        assertThat(index.steps(bytes(topic.substring(0, 10)))).isEqualTo(10);
    }

    private List<String> cover(int max) {
        return index.cover(max).stream()
                .map(prefix -> new String(prefix, StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void shouldCoverAllPrefixesWithTheLongestOnesThatAreFewEnough() {
        assertThat(cover(1)).isEmpty();
        for (String prefix : List.of("build.a", "build.b", "build.bc", "deploy.x", "deploy.y", "deploy.z")) {
            add(prefix, "s");
        }
        assertThat(cover(5)).containsExactlyInAnyOrder("build.a", "build.b", "deploy.x", "deploy.y", "deploy.z");
        assertThat(cover(4)).containsExactlyInAnyOrder("build.a", "build.b", "deploy.");
        assertThat(cover(2)).containsExactlyInAnyOrder("build.", "deploy.");
        assertThat(cover(1)).containsExactly("");
    }

    private int count(String topic) {
        int[] count = {0};
        index.match(bytes(topic), 0, found -> count[0]++);
        return count[0];
    }

    @Test
    void shouldTakePrefixesOfAnyLengthWithoutRecursion() {
        byte[] deep = new byte[100_000];
        for (int length = 0; length <= deep.length; length += 100) {
            index.add(Arrays.copyOf(deep, length), "s");
        }
        int[] count = {0};
        index.match(deep, 0, found -> count[0]++);

        assertThat(count[0]).isEqualTo(1_001);
    }

    private void add(String prefix, String subscriber) {
        index.add(bytes(prefix), subscriber);
    }

    private List<String> find(String topic) {
        List<String> found = new ArrayList<>();
        index.match(bytes(topic), 0, found::add);
        return found;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
