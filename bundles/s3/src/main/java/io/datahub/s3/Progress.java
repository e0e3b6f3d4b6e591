package io.datahub.s3;

/** When something last went on. Thread-safe. */
final class Progress {

    private volatile long nanoTime = System.nanoTime();

    /** It goes on. */
    void stamp() {
        nanoTime = System.nanoTime();
    }

    /** How long ago that was, in nanoseconds. */
    long idleNanos() {
        return System.nanoTime() - nanoTime;
    }
}
