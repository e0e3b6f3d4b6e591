package io.datahub.history.log;

import io.datahub.history.rules.KeepRule;

/**
 * The state of a log.
 *
 * @param rule says how long its events are kept
 * @param isActive whether it takes events; false if its rule was removed
 * @param events how many it has
 * @param bytes their size on disk
 * @param segments the number of its files
 * @param gaps how often events are missing between others, since the disk has damaged them
 */
public record LogState(KeepRule rule, boolean isActive, long events, long bytes, int segments, int gaps) {}
