package io.datahub.hooks.feed;

import io.datahub.api.record.Cursor;
import java.time.Instant;
import java.util.Optional;

/**
 * An event that was read.
 *
 * @param topic its topic
 * @param payload its payload
 * @param user its publisher; empty for the hub itself
 * @param time when it was published
 * @param cursor its position in the history; empty if its topic isn't kept
 */
@SuppressWarnings("ArrayRecordComponent") // short-lived; never compared
public record FeedEvent(String topic, byte[] payload, String user, Instant time, Optional<Cursor> cursor) {}
