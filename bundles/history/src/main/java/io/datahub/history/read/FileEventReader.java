package io.datahub.history.read;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Reads the file events of some topics in order, a page of the journal at a time. Not thread-safe. */
final class FileEventReader {

    private static final int PAGE = 512;

    private final ChangeJournal journal;
    private final User user;
    private final Collection<String> prefixes;
    private final Cursor end;
    private Cursor position;
    private Iterator<Change> page = List.<Change>of().iterator();

    /** The next change of the page, or null. */
    private Change next;

    /**
     * @param since the position to start after
     * @param end the position to read up to
     */
    FileEventReader(ChangeJournal journal, User user, Collection<String> prefixes, Cursor since, Cursor end) {
        this.journal = journal;
        this.user = user;
        this.prefixes = prefixes;
        this.end = end;
        position = since;
    }

    /** Up to where it was examined: file events up to this number that {@link #next} doesn't have are not selected. */
    private boolean isAtEnd() {
        return new Cursor(end.epoch(), end.sequence()).isUpTo(position);
    }

    /**
     * Looks for the next event.
     *
     * @return a refusal if the journal no longer has what must be read
     */
    Optional<Refusal> advance() {
        next = null;
        while (true) {
            while (page.hasNext()) {
                Change change = page.next();
                if (change.cursor().sequence() > end.sequence()) {
                    return Optional.empty();
                }
                if (prefixes.stream().anyMatch(change.topic()::startsWith)) {
                    next = change;
                    return Optional.empty();
                }
            }
            if (isAtEnd()) {
                return Optional.empty();
            }
            Result<ChangeJournal.Page> read = journal.read(user, position, "", PAGE);
            if (read.isRefused()) {
                return read.refusal();
            }
            boolean isSame = read.get().next().equals(position);
            page = read.get().changes().iterator();
            position = read.get().next();
            if (isSame) {
                return Optional.empty();
            }
        }
    }

    /** The next event; null at the end. */
    Change next() {
        return next;
    }
}
