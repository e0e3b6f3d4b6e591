package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HookRulesTest {

    private static java.util.List<FileProblem> problems(String file, String text) {
        return HookRules.problems(CfgFile.parse(file, text.getBytes(StandardCharsets.UTF_8), name -> null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"io.datahub.hook-GitHub.cfg", "io.datahub.webhook.cfg", "io.datahub.artifact-a_b.cfg"})
    void shouldReportAFileWithoutAUsableName(String file) {
        assertThat(problems(file, "kind = jenkins"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.fatal()).isTrue())
                .asString()
                .contains("-NAME.cfg");
    }

    @Test
    void shouldRequireASecretOfSystemsThatSign() {
        assertThat(problems("io.datahub.hook-x.cfg", "kind = gitea\nsecretFile ="))
                .singleElement()
                .hasToString(
                        "etc/io.datahub.hook-x.cfg: secretFile: must name the file with the secret that gitea signs"
                                + " with");
        assertThat(problems("io.datahub.hook-x.cfg", "kind = gitea\nsecretFile = etc/x"))
                .isEmpty();
        assertThat(problems("io.datahub.hook-x.cfg", "kind = jenkins")).isEmpty();
        assertThat(problems("io.datahub.other-X.cfg", "kind = gitea")).isEmpty();
    }
}
