package io.datahub.config;

import io.datahub.api.health.Health;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What is wrong with one configuration file, and what is in force in its place.
 *
 * @param problems in the order of the file's keys; warnings alone where it is in force itself
 */
record FileState(List<ConfigurationProblem> problems, InForce inForce) {

    /** What is in force of a file. */
    enum InForce {
        /** The file as it is. */
        ITSELF(""),
        /** It can't be used, and the version before it stays. */
        VERSION_BEFORE("; the version before stays in force"),
        /** It can't be used, and came while the hub runs; its part goes on with the defaults. */
        DEFAULTS("; the defaults stay in force"),
        /** It can't be used, and came while the hub runs: without it there is no such part. */
        NOTHING("; nothing of it is in force"),
        /** It can't be used, and couldn't be used when the hub started. */
        NOTHING_SINCE_THE_START("; nothing of it is in force");

        private final String text;

        InForce(String text) {
            this.text = text;
        }
    }

    static final FileState GOOD = new FileState(List.of(), InForce.ITSELF);

    /**
     * The state of a file that was just read.
     *
     * @param before its state before, or null
     * @param isStart whether the hub starts
     * @param isFactory whether there is nothing to configure without such a file
     */
    static FileState of(List<ConfigurationProblem> found, FileState before, boolean isStart, boolean isFactory) {
        if (found.stream().noneMatch(ConfigurationProblem::fatal)) {
            return new FileState(found, InForce.ITSELF);
        }
        if (isStart) {
            return new FileState(found, InForce.NOTHING_SINCE_THE_START);
        }
        if (before == null) {
            return new FileState(found, isFactory ? InForce.NOTHING : InForce.DEFAULTS);
        }
        return new FileState(found, before.inForce() == InForce.ITSELF ? InForce.VERSION_BEFORE : before.inForce());
    }

    /** Whether what is in force is left alone. */
    boolean isHeldBack() {
        return inForce == InForce.VERSION_BEFORE || inForce == InForce.DEFAULTS;
    }

    /** What becomes of a file with such a problem. */
    String consequence(ConfigurationProblem problem) {
        return problem.fatal() ? inForce.text : "";
    }

    /** Down while a file couldn't be used from the start on, degraded while another one can't. */
    static Health health(Collection<FileState> states) {
        String text = states.stream()
                .flatMap(state -> state.problems().stream().map(problem -> problem + state.consequence(problem)))
                .collect(Collectors.joining("; "));
        if (text.isEmpty()) {
            return Health.ready("every file is in force");
        }
        if (states.stream().anyMatch(state -> state.inForce() == InForce.NOTHING_SINCE_THE_START)) {
            return Health.down(text);
        }
        return states.stream().allMatch(state -> state.inForce() == InForce.ITSELF)
                ? Health.ready(text)
                : Health.degraded(text);
    }
}
