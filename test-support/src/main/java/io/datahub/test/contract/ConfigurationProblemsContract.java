package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.config.ConfigurationProblem;
import io.datahub.api.config.ConfigurationProblem.InEffect;
import io.datahub.api.config.ConfigurationProblems;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link ConfigurationProblems} must do. The files are of the component {@code io.datahub.x}. */
public abstract class ConfigurationProblemsContract {

    private static final String FILE = "io.datahub.x.cfg";
    private static final String PID = "io.datahub.x";

    /** The service. */
    protected abstract ConfigurationProblems configurationProblems() throws Exception;

    /** Makes a file invalid that was valid before. */
    protected abstract void makeInvalid(String file) throws Exception;

    /** Makes a file valid except for something to warn of. */
    protected abstract void makeDoubtful(String file) throws Exception;

    /** Makes a file valid. */
    protected abstract void makeValid(String file) throws Exception;

    @Test
    void shouldReportNothingOfValidFiles() throws Exception {
        makeValid(FILE);

        assertThat(configurationProblems().problems()).isEmpty();
    }

    @Test
    void shouldReportWhichConfigurationIsInEffectForAnInvalidFile() throws Exception {
        makeValid(FILE);
        makeInvalid(FILE);

        assertThat(configurationProblems().problems()).singleElement().satisfies(problem -> {
            assertThat(problem.pid()).isEqualTo(PID);
            assertThat(problem.file()).isEqualTo("etc/" + FILE);
            assertThat(problem.reason()).isNotBlank().doesNotContain("\n");
            assertThat(problem.inEffect()).isEqualTo(InEffect.PREVIOUS_VERSION);
            assertThat(problem.isFatal()).isTrue();
            assertThat(problem.toString()).startsWith("etc/" + FILE + ": ").endsWith("stays in effect");
        });
    }

    @Test
    void shouldReportAWarningOfAFileThatIsInEffect() throws Exception {
        makeDoubtful(FILE);

        assertThat(configurationProblems().problems()).singleElement().satisfies(problem -> {
            assertThat(problem.inEffect()).isEqualTo(InEffect.CURRENT_VERSION);
            assertThat(problem.isFatal()).isFalse();
        });
    }

    @Test
    void shouldForgetTheProblemsOfACorrectedFile() throws Exception {
        makeDoubtful(FILE);
        List<ConfigurationProblem> before = configurationProblems().problems();

        makeValid(FILE);

        assertThat(configurationProblems().problems()).isEmpty();
        assertThat(before).hasSize(1);
        assertThatThrownBy(before::clear).isInstanceOf(UnsupportedOperationException.class);
    }
}
