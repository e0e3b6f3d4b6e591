package io.datahub.store.core;

/** Called at each point where a killed process leaves a different state; tests kill the store there. */
@FunctionalInterface
public interface FailPoints {

    /** The points, in the order in which a write reaches them. */
    enum Step {
        STAGED,
        VALIDATED,
        COPIED,
        INTENDED,
        MOVED,
        FLUSHED,
        INDEXED
    }

    FailPoints NONE = step -> {};

    void at(Step step);
}
