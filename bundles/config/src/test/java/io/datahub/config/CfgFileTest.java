package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CfgFileTest {

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void shouldReadUtf8WithAndWithoutByteOrderMarkAndAnyLineTerminator(String lineTerminator) {
        String text = "paths = prüf/**" + lineTerminator + "maxBytes = 10 " + lineTerminator;

        for (String byteOrderMark : new String[] {"", "\uFEFF"}) {
            CfgFile file = parse(byteOrderMark + text, StandardCharsets.UTF_8);
            assertThat(file.values()).isEqualTo(Map.of("paths", "prüf/**", "maxBytes", "10"));
            assertThat(file.problems()).isEmpty();
        }
    }

    @Test
    void shouldDecodeIso88591AndReportThatTheFileIsNotUtf8() {
        CfgFile file = parse("paths = prüf/**", StandardCharsets.ISO_8859_1);

        assertThat(file.values()).containsEntry("paths", "prüf/**");
        assertThat(file.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.fatal()).isTrue();
            assertThat(problem.toString()).isEqualTo("etc/io.datahub.x.cfg: isn't UTF-8; save it as UTF-8");
        });
    }

    @Test
    void shouldWarnAboutADuplicateKeyAndUseItsLastValue() {
        CfgFile file = parse("a = 1\na = 2\n", StandardCharsets.UTF_8);

        assertThat(file.values()).containsEntry("a", "2");
        assertThat(file.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.fatal()).isFalse();
            assertThat(problem.key()).isEqualTo("a");
        });
    }

    @Test
    void shouldSubstituteVariablesAndTheirDefaults() {
        CfgFile file = parse("a = ${env:SET:-x}\nb = ${env:UNSET:-${env:SET}}\n", StandardCharsets.UTF_8);

        assertThat(file.values()).isEqualTo(Map.of("a", "value", "b", "value"));
    }

    @Test
    void shouldUseTheAlternativeOfAVariableThatIsSet() {
        CfgFile file = parse("a = ${env:SET:+yes}\nb = ${env:UNSET:+yes}\n", StandardCharsets.UTF_8);

        assertThat(file.values()).isEqualTo(Map.of("a", "yes", "b", ""));
    }

    @Test
    void shouldKeepBackslashesAndBracesOfAValueWithoutVariables() {
        CfgFile file = parse("a = \\\\\\\\d{3}\\\\}\n", StandardCharsets.UTF_8);

        assertThat(file.values()).isEqualTo(Map.of("a", "\\\\d{3}\\}"));
    }

    @Test
    void shouldRejectAVariableThatRefersToItself() {
        CfgFile file = CfgFile.parse(
                "io.datahub.x.cfg", "a = ${env:SELF}\n".getBytes(StandardCharsets.UTF_8), name -> "x${env:SELF}");

        assertThat(file.values()).isEmpty();
        assertThat(file.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.fatal()).isTrue();
            assertThat(problem.key()).isEqualTo("a");
        });
    }

    private static CfgFile parse(String text, Charset charset) {
        return CfgFile.parse(
                "io.datahub.x.cfg", text.getBytes(charset), name -> name.equals("env:SET") ? "value" : null);
    }
}
