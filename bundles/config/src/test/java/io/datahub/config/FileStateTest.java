package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.health.Health;
import io.datahub.config.FileState.InForce;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileStateTest {

    private static final ConfigurationProblem WRONG =
            new ConfigurationProblem("io.datahub.x.cfg", "port", "must be a number", true);
    private static final ConfigurationProblem UNKNOWN =
            new ConfigurationProblem("io.datahub.x.cfg", "prot", "is unknown", false);

    @Test
    void shouldKeepTheVersionBeforeWhileTheHubRuns() {
        FileState state = FileState.of(List.of(WRONG), FileState.GOOD, false, false);
        assertThat(state.isHeldBack()).isTrue();
        assertThat(FileState.health(List.of(state)))
                .isEqualTo(Health.degraded(
                        "etc/io.datahub.x.cfg: port: must be a number; the version before stays in force"));
    }

    @Test
    void shouldBeDownFromAStartWithABadFileUntilItIsGood() {
        FileState atStart = FileState.of(List.of(WRONG), null, true, false);
        FileState again = FileState.of(List.of(WRONG), atStart, false, true);
        assertThat(again.inForce()).isEqualTo(InForce.NOTHING_SINCE_THE_START);
        assertThat(FileState.health(List.of(again)).ready()).isFalse();

        FileState good = FileState.of(List.of(), again, false, true);
        assertThat(FileState.health(List.of(good))).isEqualTo(Health.ready("every file is in force"));
        assertThat(FileState.of(List.of(WRONG), good, false, true).isHeldBack()).isTrue();
    }

    @Test
    void shouldTellOfNoVersionBeforeWhereThereWasNone() {
        FileState fresh = FileState.of(List.of(WRONG), null, false, true);
        FileState again = FileState.of(List.of(WRONG), fresh, false, true);
        assertThat(again.inForce()).isEqualTo(InForce.NOTHING);
        Health health = FileState.health(List.of(again));
        assertThat(health.ready()).isTrue();
        assertThat(health.degraded()).isTrue();
        assertThat(health.detail()).endsWith("; nothing of it is in force").doesNotContain("before");
    }

    @Test
    void shouldKeepTheDefaultsWhereAFileComesThatCantBeUsed() {
        FileState fresh = FileState.of(List.of(WRONG), null, false, false);
        FileState again = FileState.of(List.of(WRONG), fresh, false, false);
        assertThat(again.isHeldBack()).isTrue();
        assertThat(FileState.health(List.of(again)).detail()).endsWith("; the defaults stay in force");
    }

    @Test
    void shouldStayReadyWithWarnings() {
        FileState state = FileState.of(List.of(UNKNOWN), FileState.GOOD, false, true);
        assertThat(FileState.health(List.of(state))).isEqualTo(Health.ready("etc/io.datahub.x.cfg: prot: is unknown"));
    }
}
