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
 * A subscription that starts at a past cursor. It reads the journal until it has caught up, subscribes, and then reads
 * on to the journal head at that time; changes up to that cursor are replayed, later ones are delivered live. While the
 * replay is in the second phase, nothing may be taken from the session; afterwards the {@link ReplayCursorFilter} drops
 * duplicates. Not thread-safe.
 */
final class JournalReplay {

    private static final int PAGE = 256;

    private final ChangeJournal journal;
    private final Session session;
    private final TopicPrefixes topics;
    private Cursor position;
    private Cursor target;
    private boolean complete;

    JournalReplay(ChangeJournal journal, Session session, TopicPrefixes topics, Cursor since) {
        this.journal = journal;
        this.session = session;
        this.topics = topics;
        this.position = since;
    }

    /** Reads the next page, which may block on disk I/O; a refusal ends the replay. */
    Result<List<Change>> next() {
        Result<ChangeJournal.Page> result = journal.read(session.login().user(), position, "", PAGE);
        if (result.isRefused()) {
            return Result.refused(result.refusal().orElseThrow());
        }
        ChangeJournal.Page page = result.get();
        List<Change> matching = page.changes().stream()
                .filter(change -> target == null || change.cursor().sequence() <= target.sequence())
                .filter(change -> topics.matches(change.topic()))
                .toList();
        position = page.next();
        if (target == null && hasReached(journal.head())) {
            Optional<Refusal> refusal = topics.add(session);
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            target = journal.head();
        }
        complete = target != null && hasReached(target);
        return Result.done(matching);
    }

    private boolean hasReached(Cursor end) {
        return position.sequence() >= end.sequence();
    }

    /** Whether it has subscribed, so that events of the session must be held back. */
    boolean isSubscribed() {
        return target != null;
    }

    /** Whether the replay is complete and all further events are live. */
    boolean isComplete() {
        return complete;
    }

    /** The filter for duplicates in the live events. */
    ReplayCursorFilter filter() {
        return new ReplayCursorFilter(topics, target);
    }
}
