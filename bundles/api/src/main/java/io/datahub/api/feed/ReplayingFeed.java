package io.datahub.api.feed;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import java.nio.ByteBuffer;
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
 * The events of a session, where a subscription may start at an earlier cursor: its file events are read from the journal until
 * that has been read to its end, and are then delivered live.
 *
 * <p>The contract of such a subscription:
 *
 * <ul>
 *   <li><b>Order and completeness</b>: each file event after the cursor is delivered exactly once and in the order of
 *       the journal, whether it comes from the journal or live. Other events are delivered as soon as they are taken,
 *       also while the journal is being read.
 *   <li><b>Loss</b>: if the session loses events because its queue is full, the file events among them are read from
 *       the journal, before any later file event is delivered. Other lost events stay lost.
 *   <li><b>Gap</b>: if the journal no longer has what must be read, the subscription ends, and the refusal ({@link
 *       Reason#GONE}) is reported to the subscriber. Nothing is skipped silently.
 *   <li><b>Slow clients</b>: nothing is read ahead. The journal is read, and the session's queue is emptied, only as
 *       often as {@link #next} is called; memory is bounded by one page of the journal and the session's queue.
 *   <li><b>End</b>: once the session has been closed, {@link #next} finds no further live events; a replay that has
 *       begun can be read to its end.
 * </ul>
 *
 * <p>Where subscriptions overlap, an event that is new since the second of them began is delivered once; the past is
 * delivered for each of them that asked for it. What the user may read is checked by the broker for live events and by
 * the journal, page by page with the session's current login, for the past.
 *
 * <p>Not thread-safe: all methods must be called by one thread at a time. {@link #next} may block on disk I/O while {@link
 * #isReplaying}, and {@link #subscribe(List, Cursor, Consumer)} at any time; no other method blocks.
 */
public final class ReplayingFeed {

    private static final String FILE = "file.";
    private static final int PAGE_SIZE = 256;
    private static final int MAX_REPLAYED_PREFIXES = 8_000;

    private final Session session;
    private final ChangeJournal journal;

    /** Subscriptions that have caught up with the journal. */
    private final List<ReplayedSubscription> live = new ArrayList<>();

    /** Subscriptions whose past is still being read. */
    private final Deque<ReplayedSubscription> replaying = new ArrayDeque<>();

    /** Whether the journal must be read for the live subscriptions, because the session has lost events. */
    private boolean recovering;

    /** The session's count of lost events up to which losses were noticed. */
    private long lost;

    /**
     * Creates a feed; it delivers live events only until {@link #subscribe(List, Cursor, Consumer)} is called.
     *
     * @param session only this feed may take events from it
     * @param journal where file events of the past, and lost ones, are read from
     */
    public ReplayingFeed(Session session, ChangeJournal journal) {
        this.session = session;
        this.journal = journal;
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
     * Subscribes to events, to all prefixes or to none, and to the file events after a cursor. Events published from
     * now on are part of the subscription.
     *
     * @param prefixes the topic prefixes
     * @param since the position in the journal that the replay starts after
     * @param gap receives the refusal, on the thread that calls {@link #next}, if the subscription ends because the
     *     journal no longer has what must be read; it is unsubscribed already
     * @return the refusal: {@link Reason#GONE} if the journal no longer has what came after the cursor, or
     *     {@link Reason#TOO_MANY}
     */
    public Optional<Refusal> subscribe(List<String> prefixes, Cursor since, Consumer<? super Refusal> gap) {
        Optional<Refusal> gone =
                journal.read(session.login().user(), since, "", 1).refusal();
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
        Cursor head = journal.head();
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
     * Removes a subscription to a prefix. If it started at an earlier cursor and hasn't caught up yet, its replay continues to
     * the end of the journal.
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
     * Whether the journal must be read, so that {@link #next} may block on disk I/O.
     *
     * @return whether it must
     */
    public boolean isReplaying() {
        return recovering || !replaying.isEmpty();
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
     * Delivers what comes next: a page of the journal, if that must be read, and the live events that are waiting.
     *
     * @param maxBytes stops once this many bytes of live events were delivered
     * @param receiver receives the events, in runs; it must neither retain nor release their buffer
     * @return false if there was nothing to do and the next call is of use only after {@link
     *     io.datahub.api.event.EventSink#ready}; true says that it should be called again, also if nothing was delivered
     */
    public boolean next(int maxBytes, Consumer<? super EventRun> receiver) {
        boolean read = isReplaying();
        if (recovering) {
            recover(receiver);
        } else if (read) {
            replay(replaying.poll(), receiver);
        }
        boolean taken = session.take(maxBytes, run -> deliver(run, receiver)) > 0;
        if (!taken) {
            checkLoss();
        }
        return taken || read || isReplaying();
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

    private void filter(EventRun run, Consumer<? super EventRun> receiver) {
        if (!run.user().isEmpty()) {
            receiver.accept(run);
            return;
        }
        for (EventReader event = new EventReader(run); event.next(); ) {
            if (isDue(run, event)) {
                boolean whole = run.count() == 1;
                receiver.accept(
                        whole
                                ? run
                                : new EventRun(
                                        run.buffer(), event.start(), event.end(), 1, run.user(), run.timeMillis()));
            }
        }
    }

    /** Whether a live event is neither a duplicate nor still to be read from the journal. */
    private boolean isDue(EventRun run, EventReader event) {
        String topic = event.topic();
        if (!topic.startsWith(FILE)) {
            return true;
        }
        boolean ofLive = live.stream().anyMatch(subscription -> subscription.includes(topic));
        if (!ofLive && replaying.stream().noneMatch(subscription -> subscription.includes(topic))) {
            return true;
        }
        Optional<Cursor> found = EventCursor.of(run, event);
        if (found.isEmpty()) {
            return true;
        }
        if (!ofLive || recovering) {
            return false;
        }
        Cursor cursor = found.get();
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
        Cursor head = journal.head();
        Result<ChangeJournal.Page> page = read(subscription.position());
        if (page.isRefused()) {
            end(subscription, page.refusal().orElseThrow());
            return;
        }
        for (Change change : page.get().changes()) {
            String topic = change.topic();
            Cursor cursor = change.cursor();
            if (subscription.includes(topic)
                    && (subscription.isPast(cursor)
                            || !(any(live, topic, other -> other.hasDelivered(cursor))
                                    || any(replaying, topic, other -> other.hasDelivered(cursor))))) {
                receiver.accept(run(change));
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

    /** Reads the next page after the oldest position of the live subscriptions. */
    private void recover(Consumer<? super EventRun> receiver) {
        Cursor head = journal.head();
        ReplayedSubscription oldest = live.stream()
                .min((one, other) ->
                        Long.compare(one.position().sequence(), other.position().sequence()))
                .orElseThrow();
        Cursor position = oldest.position();
        Result<ChangeJournal.Page> page = read(position);
        if (page.isRefused()) {
            live.remove(oldest);
            recovering = !live.isEmpty();
            end(oldest, page.refusal().orElseThrow());
            return;
        }
        for (Change change : page.get().changes()) {
            String topic = change.topic();
            Cursor cursor = change.cursor();
            if (any(live, topic, subscription -> true)
                    && !any(live, topic, subscription -> subscription.hasReached(cursor))
                    && !any(replaying, topic, subscription -> subscription.hasDelivered(cursor))) {
                receiver.accept(run(change));
            }
        }
        live.forEach(subscription -> subscription.advance(page.get().next()));
        recovering = !isAtEnd(page.get(), position, head);
        applyRemovals();
    }

    private Result<ChangeJournal.Page> read(Cursor position) {
        return journal.read(session.login().user(), position, "", PAGE_SIZE);
    }

    /** Whether a page ends at or after a head that was read before it, so that everything later comes live. */
    private static boolean isAtEnd(ChangeJournal.Page page, Cursor position, Cursor head) {
        Cursor next = page.next();
        return next.equals(position) || (next.epoch().equals(head.epoch()) && next.sequence() >= head.sequence());
    }

    private void end(ReplayedSubscription subscription, Refusal refusal) {
        subscription.applyRemovals();
        subscription.prefixes().forEach(prefix -> session.unsubscribe(utf8(prefix)));
        subscription.reportGap(refusal);
    }

    /** A change as a run of one event, the same as its live event. */
    private static EventRun run(Change change) {
        ByteBuffer event = EventWriter.write(utf8(change.topic()), utf8(change.json()));
        return new EventRun(
                new SharedBuffer(event), 0, event.limit(), 1, "", change.time().toEpochMilli());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
