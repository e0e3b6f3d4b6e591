package io.datahub.config;

import io.datahub.api.config.ConfigurationProblem;
import io.datahub.api.config.ConfigurationProblem.InEffect;
import io.datahub.api.health.Health;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The problems of a configuration file, and the configuration that is in effect for it.
 *
 * @param problems in the order of the keys in the file; only warnings if the file itself is in effect
 * @param inEffect the configuration that is in effect
 * @param sinceStart whether the file has been invalid since the hub started
 */
record FileState(List<FileProblem> problems, InEffect inEffect, boolean sinceStart) {

    static final FileState VALID = new FileState(List.of(), InEffect.CURRENT_VERSION, false);

    /**
     * Returns the state of a file that was just read.
     *
     * @param previous the previous state of the file, or null
     * @param isStart whether the hub is starting
     * @param isFactory whether this is a factory configuration, for which nothing exists without a valid file
     */
    static FileState of(List<FileProblem> problems, FileState previous, boolean isStart, boolean isFactory) {
        if (problems.stream().noneMatch(FileProblem::fatal)) {
            return new FileState(problems, InEffect.CURRENT_VERSION, false);
        }
        if (isStart) {
            return new FileState(problems, InEffect.NOTHING, true);
        }
        if (previous == null) {
            return new FileState(problems, isFactory ? InEffect.NOTHING : InEffect.DEFAULTS, false);
        }
        return previous.inEffect() == InEffect.CURRENT_VERSION
                ? new FileState(problems, InEffect.PREVIOUS_VERSION, false)
                : new FileState(problems, previous.inEffect(), previous.sinceStart());
    }

    /** Whether the configuration in Configuration Admin must be left unchanged. */
    boolean keepsCurrentConfiguration() {
        return inEffect == InEffect.PREVIOUS_VERSION || inEffect == InEffect.DEFAULTS;
    }

    /** Down while a file has been invalid since startup, degraded while any other file is invalid. */
    static Health health(Collection<FileState> states) {
        String text = problems(states).map(Object::toString).collect(Collectors.joining("; "));
        if (text.isEmpty()) {
            return Health.ready("every file is in effect");
        }
        if (states.stream().anyMatch(FileState::sinceStart)) {
            return Health.down(text);
        }
        return states.stream().allMatch(state -> state.inEffect() == InEffect.CURRENT_VERSION)
                ? Health.ready(text)
                : Health.degraded(text);
    }

    /** The problems of all files, each with its consequence. */
    static Stream<ConfigurationProblem> problems(Collection<FileState> states) {
        return states.stream()
                .flatMap(state -> state.problems().stream().map(problem -> withConsequence(problem, state.inEffect())));
    }

    private static ConfigurationProblem withConsequence(FileProblem problem, InEffect inEffect) {
        return new ConfigurationProblem(
                Pid.of(problem.file()).toString(),
                "etc/" + problem.file(),
                problem.key(),
                problem.text(),
                problem.fatal() ? inEffect : InEffect.CURRENT_VERSION);
    }
}
