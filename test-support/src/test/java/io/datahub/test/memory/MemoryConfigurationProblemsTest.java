package io.datahub.test.memory;

import io.datahub.api.config.ConfigurationProblem.InEffect;
import io.datahub.api.config.ConfigurationProblems;
import io.datahub.test.contract.ConfigurationProblemsContract;

class MemoryConfigurationProblemsTest extends ConfigurationProblemsContract {

    private final MemoryConfigurationProblems problems = new MemoryConfigurationProblems();

    @Override
    protected ConfigurationProblems configurationProblems() {
        return problems;
    }

    @Override
    protected void makeInvalid(String file) {
        problems.set(file, "port", "must be a number", InEffect.PREVIOUS_VERSION);
    }

    @Override
    protected void makeDoubtful(String file) {
        problems.set(file, "prot", "is unknown", InEffect.CURRENT_VERSION);
    }

    @Override
    protected void makeValid(String file) {
        problems.remove(file);
    }
}
