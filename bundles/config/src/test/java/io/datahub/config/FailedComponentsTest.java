package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

class FailedComponentsTest {

    private final FakeRuntime runtime = new FakeRuntime();

    private void component(String factory, String pid, int state) {
        ComponentConfigurationDTO component = runtime.add(factory, "x.Service", state);
        component.properties.put("service.pid", pid);
        component.failure = "x.E: outer\nCaused by: java.lang.IllegalArgumentException: secretFile must name a file\n";
    }

    @Test
    void shouldReportFilesWhoseComponentsHaveFailed() {
        component("io.datahub.hook", "io.datahub.hook~failed", ComponentConfigurationDTO.FAILED_ACTIVATION);
        component("io.datahub.hook", "io.datahub.hook~active", ComponentConfigurationDTO.ACTIVE);
        component("io.datahub.hook", "io.datahub.hook~without-a-file", ComponentConfigurationDTO.FAILED_ACTIVATION);
        component("io.datahub.validator.x", "io.datahub.validator.x~y", ComponentConfigurationDTO.FAILED_ACTIVATION);

        assertThat(new FailedComponents(runtime)
                        .of(List.of(
                                "io.datahub.hook-failed.cfg",
                                "io.datahub.hook-active.cfg",
                                "io.datahub.validator.x-y.cfg")))
                .singleElement()
                .hasToString("etc/io.datahub.hook-failed.cfg: secretFile must name a file; the file has no effect");
    }

    @Test
    void shouldReportAFileOfTheOnlyComponentOfItsKind() {
        component("io.datahub.console", "io.datahub.console", ComponentConfigurationDTO.FAILED_ACTIVATION);

        assertThat(new FailedComponents(runtime).of(List.of("io.datahub.console.cfg")))
                .singleElement()
                .asString()
                .startsWith("etc/io.datahub.console.cfg: secretFile must name a file");
        assertThat(new FailedComponents(runtime).of(List.of("io.datahub.other.cfg")))
                .isEmpty();
    }
}
