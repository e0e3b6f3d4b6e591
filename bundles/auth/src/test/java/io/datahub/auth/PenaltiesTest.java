package io.datahub.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PenaltiesTest {

    private final AtomicLong nanos = new AtomicLong();
    private final Penalties penalties = new Penalties(new Settings("", false, 3, 100), nanos::get);

    private static InetAddress address(String text) {
        return Samples.from(text).address();
    }

    private void fail(String from, int times) {
        for (int i = 0; i < times; i++) {
            penalties.failed(address(from));
        }
    }

    private Duration of(String address) {
        return penalties.of(address(address));
    }

    @Test
    void shouldLetAFewFailuresPass() {
        fail("192.0.2.1", 3);

        assertThat(of("192.0.2.1")).isZero();
        assertThat(of("192.0.2.2")).isZero();
    }

    @Test
    void shouldGrowWithEachFailureUpToTheLimit() {
        fail("192.0.2.1", 4);
        Duration first = of("192.0.2.1");
        fail("192.0.2.1", 1);
        Duration second = of("192.0.2.1");
        fail("192.0.2.1", 10_000);

        assertThat(first).isPositive();
        assertThat(second).isGreaterThan(first);
        assertThat(of("192.0.2.1")).isEqualTo(Duration.ofSeconds(5));
        assertThat(of("192.0.2.2")).isZero();
    }

    @Test
    void shouldForgetAsTimePasses() {
        fail("192.0.2.1", 6);

        nanos.addAndGet(Duration.ofMinutes(1).toNanos());

        assertThat(of("192.0.2.1")).isZero();
    }

    @Test
    void shouldSpareLoopback() {
        fail("127.0.0.1", 100);
        fail("::1", 100);

        assertThat(of("127.0.0.1")).isZero();
        assertThat(of("::1")).isZero();
    }

    @Test
    void shouldCountAnIpv6NetworkAsOne() {
        for (int i = 0; i < 10; i++) {
            penalties.failed(address("2001:db8::" + i));
        }

        assertThat(of("2001:db8::ffff")).isPositive();
        assertThat(of("2001:db8:1::")).isZero();
    }

    @Test
    void shouldForgetWhoWasQuietLongestWhenThereAreTooMany() {
        fail("192.0.2.1", 10);
        for (int i = 0; i < 100; i++) {
            penalties.failed(address("198.51.100." + i));
        }

        assertThat(of("192.0.2.1")).isZero();
    }
}
