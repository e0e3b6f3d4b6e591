package io.datahub.store.settings;

import java.time.Duration;

/**
 * Limits on records.
 *
 * @param maxUploadBytes maximum size of a record
 * @param reserveBytes disk space that is kept free
 * @param validatorWait how long a write waits for a required validator that is unavailable
 * @param maxGoodBytes maximum total size of the copies of last good versions
 * @param maxGoodFileBytes maximum size of a record of which a copy is kept
 * @param keepRejected how long rejected files are kept
 * @param maxRejected maximum number of rejected files kept
 * @param limits limits that don't concern a single record
 */
public record Settings(
        long maxUploadBytes,
        long reserveBytes,
        Duration validatorWait,
        long maxGoodBytes,
        long maxGoodFileBytes,
        Duration keepRejected,
        int maxRejected,
        Limits limits) {

    /** With the default limits. */
    public Settings(
            long maxUploadBytes,
            long reserveBytes,
            Duration validatorWait,
            long maxGoodBytes,
            long maxGoodFileBytes,
            Duration keepRejected,
            int maxRejected) {
        this(
                maxUploadBytes,
                reserveBytes,
                validatorWait,
                maxGoodBytes,
                maxGoodFileBytes,
                keepRejected,
                maxRejected,
                Limits.DEFAULT);
    }
}
