package io.datahub.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NatsServersTest {

    @Test
    void shouldHaveADefaultPrefix() {
        NatsServers servers = NatsServers.parse("nats://a:4222", " tls://b ");
        assertThat(servers.urls()).containsExactly("nats://a:4222", "tls://b");
        assertThat(servers.prefix()).isEqualTo("datahub");
    }

    @Test
    void shouldReadAListAsItIsWrittenInAFile() {
        assertThat(NatsServers.parse("nats://a:4222, tls://b/test").urls()).containsExactly("nats://a:4222", "tls://b");
    }

    @Test
    void shouldTakeThePrefixFromAnyUrl() {
        assertThat(NatsServers.parse("nats://a", "nats://b/test").prefix()).isEqualTo("test");
        assertThatThrownBy(() -> NatsServers.parse("nats://a/one", "nats://b/two"))
                .hasMessageContaining("different prefixes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a:4222",
                "http://a",
                "nats://",
                "nats://user:secret@a",
                "nats://user:se cret@a",
                "nats://a/b.c",
                "nats://a/b/c",
                "nats://a/>"
            })
    void shouldRefuseAnotherForm(String url) {
        assertThatThrownBy(() -> NatsServers.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the key events must be")
                .hasNoCause()
                .message()
                .doesNotContain("cret@");
    }
}
