package io.datahub.websocket;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.event.Session;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import java.util.List;
import java.util.Optional;

/**
 * A subscription that begins in the past. It reads the journal until it has caught up, subscribes, and reads once more up
 * to where the journal stood after that; what the journal held by then is given from there, everything later comes live.
 * Between these two moments nothing may be taken from the session, and afterwards the {@link ReplayCursorFilter} drops what comes a
 * second time. For one thread at a time.
 */
final class JournalReplay {

    private static final int PAGE = 256;

    private final ChangeJournal journal;
    private final Session session;
    private final TopicPrefixes subscriptions;
    private Cursor position;
    private Cursor until;
    private boolean over;

    JournalReplay(ChangeJournal journal, Session session, TopicPrefixes subscriptions, Cursor since) {
        this.journal = journal;
        this.session = session;
        this.subscriptions = subscriptions;
        this.position = since;
    }

    /** Reads on, which may block on the disk; a refusal ends the replay. */
    Result<List<Change>> next() {
        Result<ChangeJournal.Page> read = journal.read(session.login().user(), position, "", PAGE);
        if (read.isRefused()) {
            return Result.refused(read.refusal().orElseThrow());
        }
        ChangeJournal.Page page = read.get();
        List<Change> wanted = page.changes().stream()
                .filter(change -> until == null || change.cursor().sequence() <= until.sequence())
                .filter(change -> subscriptions.cover(change.topic()))
                .toList();
        position = page.next();
        if (until == null && hasReached(journal.head())) {
            Optional<Refusal> refusal = subscriptions.add(session);
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            until = journal.head();
        }
        over = until != null && hasReached(until);
        return Result.done(wanted);
    }

    private boolean hasReached(Cursor end) {
        return position.sequence() >= end.sequence();
    }

    /** Whether it has subscribed already, so that what the session holds must wait. */
    boolean isClosing() {
        return until != null;
    }

    /** Whether the session gives everything from now on. */
    boolean isOver() {
        return over;
    }

    /** What to drop from then on. */
    ReplayCursorFilter seam() {
        return new ReplayCursorFilter(subscriptions, until);
    }
}
