package io.datahub.history.log;

import io.datahub.api.record.Cursor;

/**
 * The end of what was delivered.
 *
 * @param cursor the position after the newest event
 * @param number the number of the newest kept event
 */
public record Head(Cursor cursor, long number) {}
