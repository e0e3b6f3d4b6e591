package io.datahub.history.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerEvents.Bounds;
import io.datahub.api.cluster.LedgerEvents.LastBounds;
import io.datahub.api.cluster.NewLedgerEvent;
import io.datahub.api.cluster.NewLedgerEvent.Newest;
import io.datahub.history.TestHistory;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SharedRulesTest {

    private final SharedRules rules = new SharedRules(new HistoryRules(
            KeepRule.parse("build.: 1d; build.long.: 7d, 1 MiB"),
            LastRule.parse("status.: 5 topics, 1 MiB; build.: 3 topics"),
            DeduplicateRule.parse("build.: 10m"),
            FlushPolicy.parse("100"),
            0));

    private NewLedgerEvent admit(String topic, String payload) {
        return rules.admit(TestHistory.event(topic, payload)).get();
    }

    private Reason refuse(String topic, String payload) {
        Result<NewLedgerEvent> admitted = rules.admit(TestHistory.event(topic, payload));
        return admitted.refusal().orElseThrow().reason();
    }

    @Test
    void shouldApplyTheRuleWithTheLongestPrefix() {
        assertThat(admit("build.a", "x").rule()).contains("build.");
        assertThat(admit("build.long.a", "x").rule()).contains("build.long.");
        assertThat(admit("status.a", "x").rule()).isEmpty();
        assertThat(admit("build.a", "x").newest()).isEqualTo(Newest.REPLACED);
        assertThat(admit("status.a", "").newest()).isEqualTo(Newest.REMOVED);
        assertThat(rules.keep())
                .isEqualTo(Map.of(
                        "build.", new Bounds(Duration.ofDays(1), Long.MAX_VALUE),
                        "build.long.", new Bounds(Duration.ofDays(7), 1 << 20)));
        assertThat(rules.last())
                .isEqualTo(Map.of(
                        "status.", new LastBounds(5, 1 << 20), "build.", new LastBounds(3, LastRule.DEFAULT_BYTES)));
    }

    @Test
    void shouldRefuseWhatCannotBeKept() {
        assertThat(refuse("other", "x")).isEqualTo(Reason.UNAVAILABLE);
        assertThat(refuse("build.\0", "x")).isEqualTo(Reason.INVALID);
        assertThat(refuse("build.long.a", "x".repeat(1 << 19))).isEqualTo(Reason.TOO_LARGE);
        assertThat(refuse("status.a", "x".repeat(1 << 16))).isEqualTo(Reason.TOO_LARGE);
    }

    @Test
    void shouldIdentifyCloudEventsByTopicSourceAndId() {
        String event = "{\"specversion\":\"1.0\",\"type\":\"t\",\"source\":\"/ci\",\"id\":\"%s\"}";
        NewLedgerEvent one = admit("build.a", event.formatted(1));
        assertThat(one.identity().orElseThrow().recognizedFor()).isEqualTo(Duration.ofMinutes(10));
        assertThat(one.identity().orElseThrow().key()).matches("[0-9a-f]{32}");
        assertThat(admit("build.a", event.formatted(1)).identity()).isEqualTo(one.identity());
        assertThat(admit("build.a", event.formatted(2)).identity()).isNotEqualTo(one.identity());
        assertThat(admit("build.b", event.formatted(1)).identity()).isNotEqualTo(one.identity());
        assertThat(admit("status.a", event.formatted(1)).identity()).isEmpty();
        assertThat(admit("build.a", "no CloudEvent").identity()).isEmpty();
    }
}
