package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.health.Health;
import io.datahub.config.FileState.InForce;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileStateTest {

    private static final ConfigurationProblem INVALID_VALUE =
            new ConfigurationProblem("io.datahub.x.cfg", "port", "must be a number", true);
    private static final ConfigurationProblem UNKNOWN_KEY =
            new ConfigurationProblem("io.datahub.x.cfg", "prot", "is unknown", false);

    @Test
    void shouldKeepThePreviousVersionWhileTheHubRuns() {
        FileState state = FileState.of(List.of(INVALID_VALUE), FileState.VALID, false, false);
        assertThat(state.keepsCurrentConfiguration()).isTrue();
        assertThat(FileState.health(List.of(state)))
                .isEqualTo(Health.degraded(
                        "etc/io.datahub.x.cfg: port: must be a number; the version before stays in force"));
    }

    @Test
    void shouldBeDownAfterAStartWithAnInvalidFileUntilItIsValid() {
        FileState atStart = FileState.of(List.of(INVALID_VALUE), null, true, false);
        FileState again = FileState.of(List.of(INVALID_VALUE), atStart, false, true);
        assertThat(again.inForce()).isEqualTo(InForce.NOTHING_SINCE_START);
        assertThat(FileState.health(List.of(again)).ready()).isFalse();

        FileState valid = FileState.of(List.of(), again, false, true);
        assertThat(FileState.health(List.of(valid))).isEqualTo(Health.ready("every file is in force"));
        assertThat(FileState.of(List.of(INVALID_VALUE), valid, false, true).keepsCurrentConfiguration())
                .isTrue();
    }

    @Test
    void shouldNotMentionAPreviousVersionIfThereIsNone() {
        FileState added = FileState.of(List.of(INVALID_VALUE), null, false, true);
        FileState again = FileState.of(List.of(INVALID_VALUE), added, false, true);
        assertThat(again.inForce()).isEqualTo(InForce.NOTHING);
        Health health = FileState.health(List.of(again));
        assertThat(health.ready()).isTrue();
        assertThat(health.degraded()).isTrue();
        assertThat(health.detail()).endsWith("; nothing of it is in force").doesNotContain("before");
    }

    @Test
    void shouldKeepTheDefaultsIfAnInvalidFileIsAdded() {
        FileState added = FileState.of(List.of(INVALID_VALUE), null, false, false);
        FileState again = FileState.of(List.of(INVALID_VALUE), added, false, false);
        assertThat(again.keepsCurrentConfiguration()).isTrue();
        assertThat(FileState.health(List.of(again)).detail()).endsWith("; the defaults stay in force");
    }

    @Test
    void shouldStayReadyWithWarnings() {
        FileState state = FileState.of(List.of(UNKNOWN_KEY), FileState.VALID, false, true);
        assertThat(FileState.health(List.of(state))).isEqualTo(Health.ready("etc/io.datahub.x.cfg: prot: is unknown"));
    }
}
