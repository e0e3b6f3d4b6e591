package io.datahub.jetty.handlers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MountTest {

    private static Mount mount(String property, Object value) {
        return Mount.of(Map.of(Mount.PATH, "/x", property, value));
    }

    @Test
    void shouldReadTheMaximumSizeOfABody() {
        assertThat(Mount.of(Map.of(Mount.PATH, "/x")).maxBodyBytes()).isNegative();
        assertThat(mount("datahub.http.maxBodyBytes", 5).maxBodyBytes()).isEqualTo(5);
        assertThat(mount("datahub.http.maxBodyBytes", 1L << 40).maxBodyBytes()).isEqualTo(1L << 40);
        assertThat(mount("datahub.http.maxBodyBytes", " 65536").maxBodyBytes()).isEqualTo(65_536);
        assertThatThrownBy(() -> mount("datahub.http.maxBodyBytes", "64k"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("64k");
    }

    @Test
    void shouldSupportHeadWhereItSupportsGet() {
        assertThat(mount("datahub.http.methods", "get").methods()).containsExactly("GET", "HEAD");
        assertThat(mount("datahub.http.methods", new String[] {"PUT"}).methods())
                .containsExactly("PUT");
    }
}
