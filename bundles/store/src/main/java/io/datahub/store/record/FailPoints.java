package io.datahub.store.record;

/** Passed at each point where a killed process leaves something else behind; a test kills the store there. */
@FunctionalInterface
interface FailPoints {

    /** The points, in the order in which a write passes them. */
    enum Step {
        STAGED,
        JUDGED,
        COPIED,
        INTENDED,
        MOVED,
        FLUSHED,
        ENTERED
    }

    FailPoints NONE = step -> {};

    void at(Step step);
}
