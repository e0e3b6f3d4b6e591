package io.datahub.api.feed;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.Session;
import io.datahub.api.history.EventHistory;
import io.datahub.api.record.Cursor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The events of a session, where a subscription may start at an earlier cursor: its kept events are read from the
 * history until that has been read to its end, and are then delivered live. Kept are file events and the events of kept
 * topics: those that have a cursor.
 *
 * <p>The contract of such a subscription:
 *
 * <ul>
 *   <li><b>Order and completeness</b>: each kept event after the cursor is delivered exactly once and in the order of
 *       the history, whether it comes from there or live. Other events are delivered as soon as they are taken, also
 *       while the history is being read.
 *   <li><b>Loss</b>: if the session loses events because its queue is full, the kept events among them are read from
 *       the history, before any later kept event is delivered. Other lost events stay lost.
 *   <li><b>Gap</b>: if the history no longer has what must be read, the subscription ends, and the refusal ({@link
 *       Reason#GONE}) is reported to the subscriber. Nothing is skipped silently.
 *   <li><b>Outage</b>: while the history can't be read ({@link Reason#UNAVAILABLE}), the subscription stays where it is,
 *       see {@link #isUnavailable}.
 *   <li><b>Slow clients</b>: nothing is read ahead. The history is read, and the session's queue is emptied, only as
 *       often as {@link #next} is called; memory is bounded by one page of the history and the session's queue.
 *   <li><b>End</b>: once the session has been closed, {@link #next} finds no further live events; a replay that has
 *       begun can be read to its end.
 * </ul>
 *
 * <p>Where subscriptions overlap, an event that is new since the second of them began is delivered once; the past is
 * delivered for each of them that asked for it. What the user may receive is checked by the broker for live events and
 * by the history, page by page with the session's current login, for the past.
 *
 * <p>Not thread-safe: all methods must be called by one thread at a time. {@link #next} may block on disk I/O while
 * {@link #isReplaying}, and {@link #subscribe(List, Cursor, Consumer)} at any time; no other method blocks.
 */
public final class ReplayingFeed {

    private static final int PAGE_EVENTS = 2_048;
    private static final int PAGE_BYTES = 1 << 20;
    private static final int MAX_REPLAYED_PREFIXES = 8_000;

    private final Session session;
    private final EventHistory history;

    /** Subscriptions that have caught up with the history. */
    private final List<ReplayedSubscription> live = new ArrayList<>();

    /** Subscriptions whose past is still being read. */
    private final Deque<ReplayedSubscription> replaying = new ArrayDeque<>();

    /** Whether the history must be read for the live subscriptions, because the session has lost events. */
    private boolean recovering;

    /** Whether the history couldn't be read at the last attempt. */
    private boolean unavailable;

    /** The session's count of lost events up to which losses were noticed. */
    private long lost;

    /**
     * Creates a feed; it delivers live events only until {@link #subscribe(List, Cursor, Consumer)} is called.
     *
     * @param session only this feed may take events from it
     * @param history where kept events of the past, and lost ones, are read from
     */
    public ReplayingFeed(Session session, EventHistory history) {
        this.session = session;
        this.history = history;
    }

    /**
     * Subscribes to live events, to all prefixes or to none.
     *
     * @param prefixes the topic prefixes
     * @return the refusal ({@link Reason#TOO_MANY}) if the session has reached its subscription limit
     */
    public Optional<Refusal> subscribe(List<String> prefixes) {
        for (int i = 0; i < prefixes.size(); i++) {
            if (!session.subscribe(utf8(prefixes.get(i)))) {
                prefixes.subList(0, i).forEach(prefix -> session.unsubscribe(utf8(prefix)));
                return Optional.of(new Refusal(
                        Reason.TOO_MANY, "the connection has reached its limit of subscriptions; unsubscribe some"));
            }
        }
        return Optional.empty();
    }

    /**
     * Subscribes to events, to all prefixes or to none, and to the kept events after a cursor. Events published from
     * now on are part of the subscription.
     *
     * @param prefixes the topic prefixes
     * @param since the position in the history that the replay starts after
     * @param gap receives the refusal, on the thread that calls {@link #next}, if the subscription ends because the
     *     history no longer has what must be read; it is unsubscribed already
     * @return the refusal: {@link Reason#GONE} if the history no longer has what came after the cursor, or
     *     {@link Reason#TOO_MANY}
     */
    public Optional<Refusal> subscribe(List<String> prefixes, Cursor since, Consumer<? super Refusal> gap) {
        Optional<Refusal> gone = history.read(session.login().user(), since, prefixes, 1, PAGE_BYTES)
                .refusal();
        if (gone.isPresent()) {
            return gone;
        }
        if (replayedPrefixes() + prefixes.size() > MAX_REPLAYED_PREFIXES) {
            return Optional.of(new Refusal(
                    Reason.TOO_MANY,
                    "the connection has reached its limit of " + MAX_REPLAYED_PREFIXES
                            + " topics with since; subscribe to shorter prefixes"));
        }
        if (live.isEmpty() && replaying.isEmpty()) {
            lost = session.lost();
        }
        Cursor head = history.head();
        Optional<Refusal> refusal = subscribe(prefixes);
        if (refusal.isEmpty()) {
            replaying.add(new ReplayedSubscription(prefixes, since, head, gap));
        }
        return refusal;
    }

    private int replayedPrefixes() {
        return live.stream().mapToInt(ReplayedSubscription::size).sum()
                + replaying.stream().mapToInt(ReplayedSubscription::size).sum();
    }

    /**
     * Removes a subscription to a prefix. If it started at an earlier cursor and hasn't caught up yet, its replay
     * continues to the end of the history.
     *
     * @param prefix the prefix, as subscribed
     * @return false if there was no such subscription
     */
    public boolean unsubscribe(String prefix) {
        boolean isReplaying = replaying.stream().anyMatch(subscription -> subscription.remove(prefix));
        if (!isReplaying) {
            live.stream()
                    .filter(subscription -> subscription.remove(prefix))
                    .findFirst()
                    .ifPresent(subscription -> applyRemovals());
        }
        return session.unsubscribe(utf8(prefix));
    }

    /** Removed prefixes are kept while lost events of theirs may have to be delivered. */
    private void applyRemovals() {
        if (!recovering) {
            live.removeIf(ReplayedSubscription::applyRemovals);
        }
    }

    /**
     * Whether the history must be read, so that {@link #next} may block on disk I/O.
     *
     * @return whether it must
     */
    public boolean isReplaying() {
        return recovering || !replaying.isEmpty();
    }

    /**
     * Whether the last call of {@link #next} needed the history and couldn't read it at present. Then that has to be
     * called again after a while, although nothing signals it.
     *
     * @return whether it couldn't
     */
    public boolean isUnavailable() {
        return unavailable;
    }

    /**
     * The number of subscriptions whose past is still being read.
     *
     * @return the number
     */
    public int replays() {
        return replaying.size();
    }

    /**
     * Delivers what comes next: a page of the history, if that must be read, and the live events that are waiting.
     *
     * @param maxBytes stops once this many bytes of live events were delivered
     * @param receiver receives the events, in runs; it must neither retain nor release their buffer
     * @return false if there was nothing to do and the next call is of use only after {@link
     *     io.datahub.api.event.EventSink#ready}, or after a while if it {@link #isUnavailable}; true says that it should
     *     be called again, also if nothing was delivered
     */
    public boolean next(int maxBytes, Consumer<? super EventRun> receiver) {
        return next(maxBytes, receiver, receiver);
    }

    /**
     * The same as {@link #next(int, Consumer)}, with different receivers of events that other sessions have as well and
     * of those that were read for this one alone.
     *
     * @param maxBytes stops once this many bytes of live events were delivered
     * @param receiver receives live events
     * @param past receives events of the history, in the same way; none after a live one in the same call
     * @return as above
     */
    public boolean next(int maxBytes, Consumer<? super EventRun> receiver, Consumer<? super EventRun> past) {
        boolean read = isReplaying();
        unavailable = false;
        if (recovering) {
            recover(past);
        } else if (read) {
            replay(replaying.poll(), past);
        }
        boolean taken = session.take(maxBytes, run -> deliver(run, receiver)) > 0;
        if (!taken) {
            checkLoss();
        }
        return taken || (!unavailable && (read || isReplaying()));
    }

    private void deliver(EventRun run, Consumer<? super EventRun> receiver) {
        try {
            if (live.isEmpty() && replaying.isEmpty()) {
                receiver.accept(run);
            } else {
                checkLoss();
                filter(run, receiver);
            }
        } finally {
            run.buffer().release();
        }
    }

    /** A loss is counted before any later event can be taken. */
    private void checkLoss() {
        if (!live.isEmpty() || !replaying.isEmpty()) {
            long now = session.lost();
            recovering |= now != lost && !live.isEmpty();
            lost = now;
        }
    }

    /** Delivers a live event unless it is a duplicate or still to be read from the history. */
    private void filter(EventRun run, Consumer<? super EventRun> receiver) {
        Optional<Cursor> cursor = run.cursor();
        if (cursor.isEmpty() || isDue(topic(run), cursor.get())) {
            receiver.accept(run);
        }
    }

    private static String topic(EventRun run) {
        EventReader event = new EventReader(run);
        event.next();
        return event.topic();
    }

    private boolean isDue(String topic, Cursor cursor) {
        boolean ofLive = any(live, topic, subscription -> true);
        if (!ofLive && !any(replaying, topic, subscription -> true)) {
            return true;
        }
        if (!ofLive || recovering) {
            return false;
        }
        boolean isDuplicate = any(live, topic, subscription -> subscription.hasReached(cursor))
                || any(replaying, topic, subscription -> subscription.hasDelivered(cursor));
        live.forEach(subscription -> subscription.advance(cursor));
        return !isDuplicate;
    }

    private static boolean any(
            Collection<ReplayedSubscription> subscriptions, String topic, Predicate<ReplayedSubscription> condition) {
        for (ReplayedSubscription subscription : subscriptions) {
            if (subscription.includes(topic) && condition.test(subscription)) {
                return true;
            }
        }
        return false;
    }

    /** Reads the next page of a subscription's past. */
    private void replay(ReplayedSubscription subscription, Consumer<? super EventRun> receiver) {
        Cursor head = history.head();
        Result<EventHistory.Page> page = read(subscription.position(), subscription.prefixes());
        if (isUnavailable(page)) {
            replaying.addFirst(subscription);
            return;
        }
        if (page.isRefused()) {
            end(subscription, page.refusal().orElseThrow());
            return;
        }
        for (EventRun event : page.get().events()) {
            if (subscription.isPast(event.cursor().orElseThrow()) || !isDelivered(event)) {
                receiver.accept(event);
            }
        }
        boolean atEnd = isAtEnd(page.get(), subscription.position(), head);
        subscription.advance(page.get().next());
        if (!atEnd) {
            replaying.addLast(subscription);
        } else if (!subscription.applyRemovals()) {
            live.add(subscription);
        }
    }

    /** Whether one of the other subscriptions has delivered an event. */
    private boolean isDelivered(EventRun event) {
        if (live.isEmpty() && replaying.isEmpty()) {
            return false;
        }
        String topic = topic(event);
        Cursor cursor = event.cursor().orElseThrow();
        return any(live, topic, other -> other.hasDelivered(cursor))
                || any(replaying, topic, other -> other.hasDelivered(cursor));
    }

    /** Reads the next page after the oldest position of the live subscriptions. */
    private void recover(Consumer<? super EventRun> receiver) {
        Cursor head = history.head();
        ReplayedSubscription oldest = live.stream()
                .reduce((one, other) -> one.position().isUpTo(other.position()) ? one : other)
                .orElseThrow();
        Cursor position = oldest.position();
        List<String> prefixes = live.stream()
                .flatMap(subscription -> subscription.prefixes().stream())
                .toList();
        Result<EventHistory.Page> page = read(position, prefixes);
        if (isUnavailable(page)) {
            return;
        }
        if (page.isRefused()) {
            live.remove(oldest);
            recovering = !live.isEmpty();
            end(oldest, page.refusal().orElseThrow());
            return;
        }
        for (EventRun event : page.get().events()) {
            String topic = topic(event);
            Cursor cursor = event.cursor().orElseThrow();
            if (!any(live, topic, subscription -> subscription.hasReached(cursor))
                    && !any(replaying, topic, subscription -> subscription.hasDelivered(cursor))) {
                receiver.accept(event);
            }
        }
        live.forEach(subscription -> subscription.advance(page.get().next()));
        recovering = !isAtEnd(page.get(), position, head);
        applyRemovals();
    }

    private boolean isUnavailable(Result<EventHistory.Page> page) {
        unavailable = page.refusal()
                .filter(refusal -> refusal.reason() == Reason.UNAVAILABLE)
                .isPresent();
        return unavailable;
    }

    private Result<EventHistory.Page> read(Cursor position, List<String> prefixes) {
        return history.read(session.login().user(), position, prefixes, PAGE_EVENTS, PAGE_BYTES);
    }

    /** Whether a page ends at or after a head that was read before it, so that everything later comes live. */
    private static boolean isAtEnd(EventHistory.Page page, Cursor position, Cursor head) {
        return page.next().equals(position) || head.isUpTo(page.next());
    }

    private void end(ReplayedSubscription subscription, Refusal refusal) {
        subscription.applyRemovals();
        subscription.prefixes().forEach(prefix -> session.unsubscribe(utf8(prefix)));
        subscription.reportGap(refusal);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
