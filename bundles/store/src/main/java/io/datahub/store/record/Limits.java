package io.datahub.store.record;

import java.time.Duration;

/**
 * The bounds on uploads that aren't about one record.
 *
 * @param keepUnfinished how long a resumable upload waits for its next piece
 * @param maxUnfinished how many resumable uploads one user may have begun
 */
public record Limits(Duration keepUnfinished, int maxUnfinished) {

    static final Limits DEFAULT = new Limits(Duration.ofHours(24), 1_000);
}
