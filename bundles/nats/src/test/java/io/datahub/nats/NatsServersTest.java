package io.datahub.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NatsServersTest {

    @Test
    void shouldHaveADefaultPrefix() {
        NatsServers servers = NatsServers.parse("nats://a:4222", " nats://b ");
        assertThat(servers.urls()).containsExactly("nats://a:4222", "nats://b");
        assertThat(servers.prefix()).isEqualTo("datahub");
    }

    @Test
    void shouldReadAListAsItIsWrittenInAFile() {
        assertThat(NatsServers.parse("tls://a:4222, tls://b/test").urls()).containsExactly("tls://a:4222", "tls://b");
    }

    @Test
    void shouldTakeThePrefixFromAnyUrl() {
        assertThat(NatsServers.parse("nats://a", "nats://b/test").prefix()).isEqualTo("test");
        assertThatThrownBy(() -> NatsServers.parse("nats://a/one", "nats://b/two"))
                .hasMessageContaining("different prefixes");
    }

    @Test
    void shouldRefuseToEncryptSomeConnectionsOnly() {
        assertThat(NatsServers.parse("tls://a", "tls://b").isEncrypted()).isTrue();
        assertThat(NatsServers.parse("nats://a", "nats://b").isEncrypted()).isFalse();
        assertThatThrownBy(() -> NatsServers.parse("nats://a", "tls://b"))
                .hasMessageContaining("must all begin with tls://");
        assertThatThrownBy(() -> NatsServers.parse("tls://a", "nats://b"))
                .hasMessageContaining("must all begin with tls://");
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
