package io.datahub.hooks.translation;

/**
 * The run of a pipeline or of one of its tasks.
 *
 * @param project what is built, such as {@code acme/app}
 * @param number the number of the run in its pipeline
 * @param name the name of the pipeline or task
 * @param url the page of the run; empty if it isn't known
 */
record Run(String project, String number, String name, String url) {

    /** Whether the run can be identified. */
    boolean isComplete() {
        return !project.isEmpty() && !number.isEmpty();
    }

    /** {@code PROJECT/NUMBER}. */
    String id() {
        return project + "/" + number;
    }
}
