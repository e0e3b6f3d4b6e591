package io.datahub.history.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeepRuleTest {

    @Test
    void shouldParseRules() {
        assertThat(KeepRule.parse("build.: 7d, 1 GiB; dev.*: 90m\n*: 2 TiB"))
                .containsExactly(
                        new KeepRule("build.", Duration.ofDays(7), 1L << 30),
                        new KeepRule("dev.", Duration.ofMinutes(90), Long.MAX_VALUE),
                        new KeepRule("", KeepRule.FOREVER, 2L << 40));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "build.: 30d",
                "build.: 999999d, 500000 TiB",
                "build.: 999999s, 999999999999 B",
                "build.: 90m, 1025 KiB",
                "*: 1 TiB",
                "a**: 25h",
                "build.: 2592000s, 1099511627776 B"
            })
    void shouldParseWhatItWrites(String text) {
        KeepRule rule = KeepRule.parse(text).get(0);
        assertThat(KeepRule.parse(rule.toString())).containsExactly(rule);
    }

    @Test
    void shouldParseTopicsWhoseEventsAreRecognized() {
        List<DeduplicateRule> rules = DeduplicateRule.parse("build.: 10m; a:b*: 1h\n*: 5s");
        assertThat(rules)
                .containsExactly(
                        new DeduplicateRule("build.", Duration.ofMinutes(10)),
                        new DeduplicateRule("a:b", Duration.ofHours(1)),
                        new DeduplicateRule("", Duration.ofSeconds(5)));
        for (DeduplicateRule rule : rules) {
            assertThat(DeduplicateRule.parse(rule.toString())).containsExactly(rule);
        }
        for (String wrong :
                List.of("a", "a:", ": 1s", "a: 0s", "a: 8d", "a: 1 MiB", "a: 1s; a*: 2s", "file.: 1s", "a,b: 1s")) {
            assertThatThrownBy(() -> DeduplicateRule.parse(wrong)).hasMessageContaining("deduplicate has");
        }
    }

    @Test
    void shouldParseTopicsWhoseNewestEventIsKept() {
        List<LastRule> rules = LastRule.parse("status.: 100000 topics; a*: 5 topics, 1 MiB\n*: 1 topics,2 GiB");
        assertThat(rules)
                .containsExactly(
                        new LastRule("status.", 100_000, LastRule.DEFAULT_BYTES),
                        new LastRule("a", 5, 1 << 20),
                        new LastRule("", 1, 2L << 30));
        for (LastRule rule : rules) {
            assertThat(LastRule.parse(rule.toString())).containsExactly(rule);
        }
        for (String wrong : List.of(
                "a: 5", "a: 5 topics,", "a: 5 topics, 1 KiB", "a: 5 topics, 1d", "a: 0 topics", "a,b: 1 topics")) {
            assertThatThrownBy(() -> LastRule.parse(wrong)).hasMessageContaining("last has");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "build.",
                "build.: ",
                "build.: 0s",
                "build.: 1 KiB",
                "build.: 1000001d",
                "build.: 99999999999d",
                "build.: 999999999999 TiB",
                "build.: 500001 TiB",
                "build.: 1w",
                "build.: 1d, 2d",
                "build.: 1 GiB, 1d, 2 GiB",
                "build.: 1d; build.*: 2d",
                "file.: 1d",
                "hub.x: 1d",
                "a,b: 1d"
            })
    void shouldRefuseWhatIsNoRule(String text) {
        assertThatThrownBy(() -> KeepRule.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("keep has");
    }
}
