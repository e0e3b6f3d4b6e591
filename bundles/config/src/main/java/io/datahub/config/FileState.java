package io.datahub.config;

import io.datahub.api.health.Health;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The problems of a configuration file, and the configuration that is in force for it.
 *
 * @param problems in the order of the keys in the file; only warnings if the file itself is in force
 * @param inForce the configuration that is in force
 */
record FileState(List<ConfigurationProblem> problems, InForce inForce) {

    /** The configuration that is in force for a file. */
    enum InForce {
        /** The current version of the file. */
        CURRENT_VERSION(""),
        /** The file is invalid, and its previous version stays in force. */
        PREVIOUS_VERSION("; the version before stays in force"),
        /** The file is invalid and was added while the hub was running; the component keeps its defaults. */
        DEFAULTS("; the defaults stay in force"),
        /** The file is invalid and was added while the hub was running: without it the component doesn't exist. */
        NOTHING("; nothing of it is in force"),
        /** The file is invalid and has been invalid since the hub started. */
        NOTHING_SINCE_START("; nothing of it is in force");

        private final String text;

        InForce(String text) {
            this.text = text;
        }

        /** The name in log lines. */
        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    static final FileState VALID = new FileState(List.of(), InForce.CURRENT_VERSION);

    /**
     * Returns the state of a file that was just read.
     *
     * @param previous the previous state of the file, or null
     * @param isStart whether the hub is starting
     * @param isFactory whether this is a factory configuration, for which nothing exists without a valid file
     */
    static FileState of(List<ConfigurationProblem> problems, FileState previous, boolean isStart, boolean isFactory) {
        if (problems.stream().noneMatch(ConfigurationProblem::fatal)) {
            return new FileState(problems, InForce.CURRENT_VERSION);
        }
        if (isStart) {
            return new FileState(problems, InForce.NOTHING_SINCE_START);
        }
        if (previous == null) {
            return new FileState(problems, isFactory ? InForce.NOTHING : InForce.DEFAULTS);
        }
        return new FileState(
                problems,
                previous.inForce() == InForce.CURRENT_VERSION ? InForce.PREVIOUS_VERSION : previous.inForce());
    }

    /** Whether the configuration in Configuration Admin must be left unchanged. */
    boolean keepsCurrentConfiguration() {
        return inForce == InForce.PREVIOUS_VERSION || inForce == InForce.DEFAULTS;
    }

    /** The consequence of a problem for the file, as text to append to the problem. */
    String consequence(ConfigurationProblem problem) {
        return problem.fatal() ? inForce.text : "";
    }

    /** Down while a file has been invalid since startup, degraded while any other file is invalid. */
    static Health health(Collection<FileState> states) {
        String text = states.stream()
                .flatMap(state -> state.problems().stream().map(problem -> problem + state.consequence(problem)))
                .collect(Collectors.joining("; "));
        if (text.isEmpty()) {
            return Health.ready("every file is in force");
        }
        if (states.stream().anyMatch(state -> state.inForce() == InForce.NOTHING_SINCE_START)) {
            return Health.down(text);
        }
        return states.stream().allMatch(state -> state.inForce() == InForce.CURRENT_VERSION)
                ? Health.ready(text)
                : Health.degraded(text);
    }
}
