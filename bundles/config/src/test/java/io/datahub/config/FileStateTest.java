package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.config.ConfigurationProblem;
import io.datahub.api.config.ConfigurationProblem.InEffect;
import io.datahub.api.health.Health;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileStateTest {

    private static final FileProblem INVALID_VALUE =
            new FileProblem("io.datahub.x.cfg", "port", "must be a number", true);
    private static final FileProblem UNKNOWN_KEY = new FileProblem("io.datahub.x.cfg", "prot", "is unknown", false);

    @Test
    void shouldKeepThePreviousVersionWhileTheHubRuns() {
        FileState state = FileState.of(List.of(INVALID_VALUE), FileState.VALID, false, false);
        assertThat(state.keepsCurrentConfiguration()).isTrue();
        assertThat(FileState.health(List.of(state)))
                .isEqualTo(Health.degraded(
                        "etc/io.datahub.x.cfg: port: must be a number; the previous version stays in effect"));
    }

    @Test
    void shouldBeDownAfterAStartWithAnInvalidFileUntilItIsValid() {
        FileState atStart = FileState.of(List.of(INVALID_VALUE), null, true, false);
        FileState again = FileState.of(List.of(INVALID_VALUE), atStart, false, true);
        assertThat(again.inEffect()).isEqualTo(InEffect.NOTHING);
        assertThat(again.sinceStart()).isTrue();
        assertThat(FileState.health(List.of(again)).ready()).isFalse();

        FileState valid = FileState.of(List.of(), again, false, true);
        assertThat(FileState.health(List.of(valid))).isEqualTo(Health.ready("every file is in effect"));
        assertThat(FileState.of(List.of(INVALID_VALUE), valid, false, true).keepsCurrentConfiguration())
                .isTrue();
    }

    @Test
    void shouldNotMentionAPreviousVersionIfThereIsNone() {
        FileState added = FileState.of(List.of(INVALID_VALUE), null, false, true);
        FileState again = FileState.of(List.of(INVALID_VALUE), added, false, true);
        assertThat(again.inEffect()).isEqualTo(InEffect.NOTHING);
        assertThat(again.sinceStart()).isFalse();
        Health health = FileState.health(List.of(again));
        assertThat(health.ready()).isTrue();
        assertThat(health.degraded()).isTrue();
        assertThat(health.detail()).endsWith("; the file has no effect").doesNotContain("previous");
    }

    @Test
    void shouldKeepTheDefaultsIfAnInvalidFileIsAdded() {
        FileState added = FileState.of(List.of(INVALID_VALUE), null, false, false);
        FileState again = FileState.of(List.of(INVALID_VALUE), added, false, false);
        assertThat(again.keepsCurrentConfiguration()).isTrue();
        assertThat(FileState.health(List.of(again)).detail()).endsWith("; the defaults stay in effect");
    }

    @Test
    void shouldListProblemsWithPidAndConsequence() {
        FileProblem invalid = new FileProblem("io.datahub.x-a.cfg", "port", "must be a number", true);
        FileProblem unknown = new FileProblem("io.datahub.x-a.cfg", "prot", "is unknown", false);
        FileState state = FileState.of(List.of(invalid, unknown), null, false, true);

        assertThat(FileState.problems(List.of(state)))
                .containsExactly(
                        new ConfigurationProblem(
                                "io.datahub.x~a",
                                "etc/io.datahub.x-a.cfg",
                                "port",
                                "must be a number",
                                InEffect.NOTHING),
                        new ConfigurationProblem(
                                "io.datahub.x~a",
                                "etc/io.datahub.x-a.cfg",
                                "prot",
                                "is unknown",
                                InEffect.CURRENT_VERSION));
    }

    @Test
    void shouldStayReadyWithWarnings() {
        FileState state = FileState.of(List.of(UNKNOWN_KEY), FileState.VALID, false, true);
        assertThat(FileState.health(List.of(state))).isEqualTo(Health.ready("etc/io.datahub.x.cfg: prot: is unknown"));
    }
}
