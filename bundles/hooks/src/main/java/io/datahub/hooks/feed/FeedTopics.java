package io.datahub.hooks.feed;

import io.datahub.api.event.EventRun;
import io.datahub.api.record.Cursor;
import java.util.List;
import java.util.Optional;

/**
 * The topics of a feed, and which of their events have a position: file events and the events of kept topics. In a
 * cluster file events only: each hub keeps the events that were published to itself, under numbers of its own, which mean
 * nothing to the hub that takes the feed over.
 */
final class FeedTopics {

    private static final String FILE = "file.";

    private final boolean isShared;
    private final List<String> replayed;
    private final List<String> live;

    /**
     * @param topics topic prefixes; a * at the end is left out
     * @param isShared whether hubs of a cluster share the position
     */
    FeedTopics(List<String> topics, boolean isShared) {
        List<String> prefixes = topics.stream()
                .map(topic -> topic.endsWith("*") ? topic.substring(0, topic.length() - 1) : topic)
                .distinct()
                .toList();
        this.isShared = isShared;
        if (isShared) {
            replayed = prefixes.stream()
                    .filter(prefix -> prefix.startsWith(FILE) || FILE.startsWith(prefix))
                    .map(prefix -> prefix.startsWith(FILE) ? prefix : FILE)
                    .distinct()
                    .toList();
            live = prefixes.stream().filter(prefix -> !prefix.startsWith(FILE)).toList();
        } else {
            replayed = prefixes;
            live = List.of();
        }
    }

    /** The prefixes whose events are read from a position on. */
    List<String> replayed() {
        return replayed;
    }

    /** The prefixes whose events are received while the feed runs. */
    List<String> live() {
        return live;
    }

    /** The position of an event; empty if it has none that counts. */
    Optional<Cursor> position(EventRun event) {
        return event.cursor().filter(cursor -> !isShared || cursor.kept() == 0);
    }

    /** A position of the history, as far as it counts. */
    Cursor position(Cursor cursor) {
        return isShared ? new Cursor(cursor.epoch(), cursor.sequence()) : cursor;
    }
}
