package io.datahub.history.rules;

import java.util.List;

/**
 * What is kept, and how.
 *
 * @param keep topics whose events are kept
 * @param last topics whose newest event is kept
 * @param deduplicate topics whose events are recognized when they are published again
 * @param flush when events are flushed
 * @param reserveBytes disk space that is kept free
 */
public record HistoryRules(
        List<KeepRule> keep,
        List<LastRule> last,
        List<DeduplicateRule> deduplicate,
        FlushPolicy flush,
        long reserveBytes) {}
