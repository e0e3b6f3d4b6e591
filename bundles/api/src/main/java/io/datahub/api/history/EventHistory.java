package io.datahub.api.history;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.event.EventRun;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import java.util.Collection;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The events that the hub keeps: file events and, where configured, the events of kept topics, under one numbering. It
 * survives restarts of the hub; its retention is limited by age and size. Whatever is read here was, or will be,
 * delivered live as well, with the same cursor and after everything with an earlier one.
 *
 * <p>Thread-safe. {@link #read}, {@link #newest} and {@link #oldest} may block on disk or network; {@link #head}
 * doesn't. All but {@link #head} throw {@link java.io.UncheckedIOException} if the medium fails.
 */
@ProviderType
public interface EventHistory {

    /**
     * The position after the newest event.
     *
     * @return the position, which covers every event with a cursor that has been delivered
     */
    Cursor head();

    /**
     * Where reading can go on after {@link #read} has refused a cursor, with as few events missing as possible.
     *
     * @param since the refused cursor; {@link Cursor#BEGINNING} and a cursor of another epoch stand for the position
     *     before all events
     * @param prefixes the topics that are read
     * @return the first position at or after the cursor from which nothing of these topics is missing. If the cursor is
     *     ahead of the history, which has lost its end in a crash, this is the head
     */
    Cursor oldest(Cursor since, Collection<String> prefixes);

    /**
     * Reads the events after a cursor, oldest first.
     *
     * @param user events that this user may not receive by a subscription now are omitted
     * @param since the cursor to start after
     * @param prefixes reads only topics that begin with one of them; one may be empty, for all topics
     * @param maxEvents the maximum number of events, at least 1
     * @param maxBytes ends the page before an event that would make it longer than this; the first one always fits
     * @return a page, or {@link Reason#GONE} if the cursor is of another epoch or events after it are no longer
     *     retained. Where several hubs share a history, a cursor ahead of this hub is not gone: the page is empty and
     *     continues from that cursor
     */
    Result<Page> read(User user, Cursor since, Collection<String> prefixes, int maxEvents, int maxBytes);

    /**
     * Reads the newest events.
     *
     * @param user events that this user may not receive by a subscription now are omitted
     * @param prefixes reads only topics that begin with one of them; one may be empty, for all topics
     * @param maxEvents the maximum number of events, at least 1
     * @param maxBytes omits older events that would make the page longer than this; the newest always fits
     * @return the newest of them, oldest first, and the head that they end at; fewer than there are if many other
     *     events lie between them
     */
    Page newest(User user, Collection<String> prefixes, int maxEvents, int maxBytes);

    /**
     * Runs an action once there is an event after a cursor, or at once if there is one.
     *
     * @param since the cursor
     * @param action run once, on any thread, possibly before this returns; it must not block
     * @return cancels the wait; the action may still run once while it is cancelled
     */
    Runnable whenAfter(Cursor since, Runnable action);

    /**
     * A page of events.
     *
     * @param events in order, each a run of one event with its cursor; their buffers need neither be retained nor
     *     released
     * @param next the cursor to continue from: after all events that were examined
     */
    record Page(List<EventRun> events, Cursor next) {
        public Page {
            events = List.copyOf(events);
        }
    }
}
