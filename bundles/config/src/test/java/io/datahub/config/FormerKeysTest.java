package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FormerKeysTest {

    private static CfgFile parse(String name, String text) {
        return CfgFile.parse(name, text.getBytes(StandardCharsets.UTF_8), variable -> null);
    }

    @Test
    void shouldRenameAFormerKeyAndWarn() {
        CfgFile file = parse("io.datahub.store.cfg", "judgeMillis = 500\nwaitMillis = 1");

        assertThat(file.values()).isEqualTo(Map.of("validationTimeoutMillis", "500", "waitMillis", "1"));
        assertThat(file.problems())
                .singleElement()
                .hasToString("etc/io.datahub.store.cfg: judgeMillis: is the former name of validationTimeoutMillis;"
                        + " rename it")
                .satisfies(problem -> assertThat(problem.fatal()).isFalse());
    }

    @Test
    void shouldUseThePresentKeyWhereAFileHasBoth() {
        CfgFile file = parse("io.datahub.http.cfg", "requiredComponents = auth\nparts = auth,store");

        assertThat(file.values()).isEqualTo(Map.of("requiredComponents", "auth"));
        assertThat(file.problems())
                .singleElement()
                .hasToString("etc/io.datahub.http.cfg: parts: has no effect, since requiredComponents replaces it;"
                        + " remove it");
    }

    @Test
    void shouldCombineTheTimeoutsOfSlowSubscribers() {
        assertThat(parse("io.datahub.broker.cfg", "slowDisconnectMillis = 60000")
                        .values())
                .isEqualTo(Map.of("slowSubscriberTimeoutMillis", "http: 10000, websocket: 10000, *: 60000"));
        CfgFile both = parse("io.datahub.broker.cfg", "tooSlowMillis = 5\ntooSlowTransports = zeromq,, http");
        assertThat(both.values()).isEqualTo(Map.of("slowSubscriberTimeoutMillis", "zeromq: 5, http: 5, *: 0"));
        assertThat(both.problems())
                .hasSize(2)
                .allMatch(problem -> problem.toString()
                        .endsWith("; replace it with slowSubscriberTimeoutMillis = zeromq: 5, http: 5, *: 0"));
        assertThat(TextRules.violation(
                        "io.datahub.broker",
                        "slowSubscriberTimeoutMillis",
                        both.values().get("slowSubscriberTimeoutMillis")))
                .isNull();
    }

    @Test
    void shouldLeaveTheSameKeyOfOtherFilesAlone() {
        CfgFile file = parse("io.datahub.validator.policy-x.cfg", "trial = a\nparts = b");

        assertThat(file.values()).isEqualTo(Map.of("trial", "a", "parts", "b"));
        assertThat(file.problems()).isEmpty();
    }
}
