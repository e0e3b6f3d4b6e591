package io.datahub.store.record;

import java.time.Duration;

/**
 * The bounds that records are kept in.
 *
 * @param maxUploadBytes how large a record may be
 * @param reserveBytes how much room stays free on the disk
 * @param patience how long a write waits for a required validator that is away
 * @param maxGoodBytes how much the copies of last good versions may take together
 * @param maxGoodFileBytes how large a record may be for a copy to be kept
 * @param keepRejected how long refused bytes are kept
 * @param maxRejected how many refused files are kept
 * @param limits what isn't about one record
 */
public record Settings(
        long maxUploadBytes,
        long reserveBytes,
        Duration patience,
        long maxGoodBytes,
        long maxGoodFileBytes,
        Duration keepRejected,
        int maxRejected,
        Limits limits) {

    /** With the usual limits. */
    public Settings(
            long maxUploadBytes,
            long reserveBytes,
            Duration patience,
            long maxGoodBytes,
            long maxGoodFileBytes,
            Duration keepRejected,
            int maxRejected) {
        this(
                maxUploadBytes,
                reserveBytes,
                patience,
                maxGoodBytes,
                maxGoodFileBytes,
                keepRejected,
                maxRejected,
                Limits.DEFAULT);
    }
}
