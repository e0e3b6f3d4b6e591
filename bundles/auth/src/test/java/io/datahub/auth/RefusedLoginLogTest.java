package io.datahub.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusedLoginLogTest {

    private final List<String> lines = new ArrayList<>();
    private final AtomicLong now = new AtomicLong();
    private final RefusedLoginLog refused = new RefusedLoginLog(lines::add, now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void shouldWriteTheFirstAtOnceAndCountItsRepetitions() {
        for (int i = 0; i < 500; i++) {
            refused.add("ci", Samples.from("192.0.2.1"), "unknown token");
        }
        String line = "user=\"ci\" transport=http address=192.0.2.1 reason=\"unknown token\"";
        assertThat(lines).containsExactly(line);

        pass(Duration.ofSeconds(59));
        refused.writeOverdue();
        assertThat(lines).hasSize(1);

        pass(Duration.ofSeconds(1));
        refused.writeOverdue();
        assertThat(lines).containsExactly(line, line + " more=499 seconds=60");

        refused.add("ci", Samples.from("192.0.2.1"), "unknown token");
        assertThat(lines).hasSize(3).endsWith(line);
    }

    @Test
    void shouldDistinguishUsersAddressesAndReasons() {
        refused.add("a", Samples.from("192.0.2.1"), "x");
        refused.add("b", Samples.from("192.0.2.1"), "x");
        refused.add("a", Samples.from("192.0.2.2"), "x");
        refused.add("a", Samples.from("192.0.2.1"), "y");
        assertThat(lines).hasSize(4).doesNotHaveDuplicates();
        refused.write();
        assertThat(lines).hasSize(4);
    }

    @Test
    void shouldNotLetInventedNamesFloodTheLog() {
        for (int minute = 0; minute < 60; minute++) {
            for (int i = 0; i < 10_000; i++) {
                refused.add("u" + minute + "-" + i, Samples.from("192.0.2.1"), "unknown token");
            }
            pass(Duration.ofMinutes(1));
            refused.writeOverdue();
        }
        assertThat(lines).hasSize(60 * 101);
        assertThat(lines.get(100)).endsWith("more=9900 seconds=60");
        assertThat(lines.stream().mapToInt(String::length).sum()).isLessThan(1_000_000);
    }

    @Test
    void shouldTenClientsWithAStaleTokenNotWriteMuch() {
        for (int second = 0; second < 3_600; second++) {
            for (int client = 0; client < 10; client++) {
                refused.add("ci", Samples.from("192.0.2." + client), "unknown token");
            }
            pass(Duration.ofSeconds(1));
            refused.writeOverdue();
        }
        assertThat(lines.stream().mapToInt(String::length).sum()).isLessThan(200_000);
        long told = lines.stream()
                .mapToLong(line ->
                        line.contains(" more=") ? Long.parseLong(line.replaceAll(".* more=(\\d+) .*", "$1")) : 1)
                .sum();
        assertThat(told).isEqualTo(36_000);
    }

    @Test
    void shouldEscapeUntrustedText() {
        refused.add("a\nlogin=ok\u202e\u2028\u009b", Samples.from("192.0.2.1"), "x");
        assertThat(lines)
                .containsExactly("user=\"a\\u000alogin=ok\\u202e\\u2028\\u009b\" transport=http"
                        + " address=192.0.2.1 reason=\"x\"");
    }
}
