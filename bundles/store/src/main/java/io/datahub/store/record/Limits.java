package io.datahub.store.record;

import java.time.Duration;
import java.util.List;

/**
 * The bounds on uploads that aren't about one record.
 *
 * @param maxUploads how many uploads come in at once
 * @param maxUploadsPerUser likewise, of one user
 * @param minBytesPerSecond how fast a client has to send
 * @param keepUnfinished how long a resumable upload waits for its next piece
 * @param maxUnfinished how many resumable uploads one user may have begun
 * @param quotas how much may lie where and belong to whom
 * @param keeps how long records are kept
 */
public record Limits(
        int maxUploads,
        int maxUploadsPerUser,
        long minBytesPerSecond,
        Duration keepUnfinished,
        int maxUnfinished,
        List<Quota> quotas,
        List<RetentionRule> keeps) {

    static final Limits DEFAULT = new Limits(1_000, 200, 0, Duration.ofHours(24), 1_000, List.of(), List.of());

    /** For the log. */
    @Override
    public String toString() {
        return "maxUploads=" + maxUploads + " maxUploadsPerUser=" + maxUploadsPerUser + " minUploadBytesPerSecond="
                + minBytesPerSecond + " keepUploadsHours=" + keepUnfinished.toHours() + " maxUnfinishedUploads="
                + maxUnfinished + " quotas=\"" + quotas + "\" keepDays=\"" + keeps + "\"";
    }
}
