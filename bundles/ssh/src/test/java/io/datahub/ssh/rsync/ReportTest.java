package io.datahub.ssh.rsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.validation.Violation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

    private final List<String> lines = new ArrayList<>();
    private final Report report = new Report(lines::add);

    @Test
    void shouldNameValidatorAndLine() {
        report.refused("a/b", Refusal.invalid(List.of(new Violation("xsd", "1", 3, 0, "it is bad"))));
        assertThat(lines).containsExactly("a/b refused by validator xsd: line 3: it is bad");
        assertThat(report.refusedFiles()).isEqualTo(1);
    }

    @Test
    void shouldSayHowManyMoreViolationsThereAre() {
        Violation bad = new Violation("xsd", "1", 0, 0, "it is bad");
        report.refused("a", Refusal.invalid(List.of(bad, bad, bad)));
        assertThat(lines).containsExactly("a refused by validator xsd: it is bad (and 2 more)");
    }

    @Test
    void shouldEscapeWhatComesFromOutside() {
        report.refused("a\u001b[2J", new Refusal(Reason.FORBIDDEN, "no\ngrant"));
        assertThat(lines).containsExactly("a\\u001b[2J refused: no\\u000agrant");
    }

    @Test
    void shouldBoundWhatItSays() {
        for (int i = 0; i < 2_000; i++) {
            report.refused("a", "refused");
        }
        assertThat(lines).hasSize(1_001).endsWith("more is refused than is listed here");
        assertThat(report.refusedFiles()).isEqualTo(2_000);
    }
}
