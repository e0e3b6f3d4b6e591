package io.datahub.store.settings;

import java.time.Duration;
import java.util.List;

/**
 * Limits that don't concern a single record.
 *
 * @param maxUploads maximum number of concurrent uploads
 * @param maxUploadsPerUser maximum number of concurrent uploads of one user
 * @param minBytesPerSecond minimum throughput of a client; 0 for none
 * @param keepUnfinished how long a resumable upload is kept without new data
 * @param maxUnfinished maximum number of unfinished resumable uploads per user
 * @param quotas quotas per prefix and user
 * @param retentionRules how long records are kept
 */
public record Limits(
        int maxUploads,
        int maxUploadsPerUser,
        long minBytesPerSecond,
        Duration keepUnfinished,
        int maxUnfinished,
        List<Quota> quotas,
        List<RetentionRule> retentionRules) {

    public static final Limits DEFAULT = new Limits(1_000, 200, 0, Duration.ofHours(24), 1_000, List.of(), List.of());

    /** For the log. */
    @Override
    public String toString() {
        return "maxUploads=" + maxUploads + " maxUploadsPerUser=" + maxUploadsPerUser + " minUploadBytesPerSecond="
                + minBytesPerSecond + " keepUploadsHours=" + keepUnfinished.toHours() + " maxUnfinishedUploads="
                + maxUnfinished + " quotas=\"" + quotas + "\" keepDays=\"" + retentionRules + "\"";
    }
}
