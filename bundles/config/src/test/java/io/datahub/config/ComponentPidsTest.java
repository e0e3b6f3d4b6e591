package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ComponentPidsTest {

    @Test
    void shouldReadTheConfigurationPids() {
        assertThat(read("<scr:component xmlns:scr='http://www.osgi.org/xmlns/scr/v1.3.0' name='x.Y'"
                        + " configuration-pid='io.datahub.a  io.datahub.b $'/>"))
                .containsExactlyInAnyOrder("io.datahub.a", "io.datahub.b", "x.Y");
    }

    @Test
    void shouldUseTheNameOfAComponentWithoutConfigurationPid() {
        assertThat(read("<components><component name='x.Y'/></components>")).containsExactly("x.Y");
    }

    @Test
    void shouldFindNothingInOtherFiles() {
        assertThat(read("<blueprint/>")).isEmpty();
        assertThat(read("no XML")).isEmpty();
    }

    private static Set<String> read(String text) {
        return ComponentPids.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
