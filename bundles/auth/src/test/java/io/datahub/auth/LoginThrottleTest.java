package io.datahub.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Credentials;
import io.datahub.api.user.Origin;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoginThrottleTest {

    private final AtomicLong nanos = new AtomicLong();
    private final LoginThrottle throttle = new LoginThrottle(new Settings("", false, 3, 100), nanos::get);

    private void fail(String from, int times) {
        fail(Samples.bearer("wrong"), from, times);
    }

    private void fail(Credentials credentials, String from, int times) {
        for (int i = 0; i < times; i++) {
            throttle.failed(credentials, Samples.from(from));
        }
    }

    private Duration of(String address) {
        return throttle.delay(Samples.from(address));
    }

    @Test
    void shouldNotDelayAFewFailures() {
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
    void shouldExemptLoopback() {
        fail("127.0.0.1", 100);
        fail("::1", 100);

        assertThat(of("127.0.0.1")).isZero();
        assertThat(of("::1")).isZero();
    }

    @Test
    void shouldExemptASharedAddress() {
        InetAddress proxy = Samples.from("192.0.2.9").address();
        Origin shared = new Origin("zeromq", proxy, false, true);
        for (int i = 0; i < 100; i++) {
            throttle.failed(Samples.bearer("wrong"), shared);
        }

        assertThat(throttle.delay(shared)).isZero();
        assertThat(of("192.0.2.9")).isZero();
    }

    @Test
    void shouldNotExemptAUserOnLoopback() {
        Credentials stale = Samples.basic("ci", "stale");
        fail(stale, "127.0.0.1", 10);

        assertThat(throttle.delay(stale, Samples.from("127.0.0.1"))).isEqualTo(Duration.ofSeconds(5));
        assertThat(throttle.delay(stale, Samples.from("192.0.2.7"))).isEqualTo(Duration.ofSeconds(5));
        assertThat(throttle.delay(Samples.basic("other", "stale"), Samples.from("127.0.0.1")))
                .isZero();
        assertThat(of("127.0.0.1")).isZero();
    }

    @Test
    void shouldCountACurveKeyAndACertificateAsAUser() {
        for (Credentials credentials :
                List.of(new Credentials.CurveKey(new byte[32]), new Credentials.Certificate("ab"))) {
            fail(credentials, "127.0.0.1", 10);
            assertThat(throttle.delay(credentials, Samples.from("127.0.0.1"))).isPositive();
        }
        assertThat(throttle.delay(new Credentials.Certificate("cd"), Samples.from("127.0.0.1")))
                .isZero();
    }

    @Test
    void shouldDelayUnknownUsersByTheirAddress() {
        fail("192.0.2.1", 10);

        assertThat(throttle.delay(Samples.basic("new", "x"), Samples.from("192.0.2.1")))
                .isEqualTo(of("192.0.2.1"))
                .isPositive();
    }

    @Test
    void shouldCountAnIpv6NetworkAsOne() {
        for (int i = 0; i < 10; i++) {
            fail("2001:db8::" + i, 1);
        }

        assertThat(of("2001:db8::ffff")).isPositive();
        assertThat(of("2001:db8:1::")).isZero();
    }

    @Test
    void shouldEvictTheLeastRecentlySeenAddress() {
        fail("192.0.2.1", 10);
        for (int i = 0; i < 100; i++) {
            fail("198.51.100." + i, 1);
        }

        assertThat(of("192.0.2.1")).isZero();
    }

    @Test
    void shouldRememberNoMoreOfANameThanAUsersNameMayHave() {
        String longest = "x".repeat(64);
        fail(Samples.basic(longest + "y".repeat(8_000), "wrong"), "127.0.0.1", 9);

        assertThat(throttle.delay(Samples.basic(longest, "wrong"), Samples.from("127.0.0.1")))
                .isPositive();
    }
}
