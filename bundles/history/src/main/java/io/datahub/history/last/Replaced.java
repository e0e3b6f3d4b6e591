package io.datahub.history.last;

/**
 * What an event has replaced that may still be refused.
 *
 * @param prefix of the rule
 * @param number of that event
 * @param before the newest event of its topic before it, or of a topic that was removed since there was too much
 */
record Replaced(String prefix, long number, LastEvent before) {}
