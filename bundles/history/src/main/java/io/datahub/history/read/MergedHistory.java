package io.datahub.history.read;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.history.EventHistory;
import io.datahub.api.history.HistoryWaiters;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.history.log.Head;
import io.datahub.history.log.HistoryLog;
import io.datahub.history.segment.DamagedSegmentException;
import io.datahub.history.segment.Position;
import io.datahub.history.segment.TopicReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * File events, from the journal, and kept topics, from their logs, in one order: a kept event has the number of the file
 * event before it. Thread-safe.
 */
public final class MergedHistory implements EventHistory {

    private static final Logger LOG = LoggerFactory.getLogger(MergedHistory.class);

    private static final int ATTEMPTS = 10;

    private final ChangeJournal journal;
    private final HistoryLog log;
    private final HistoryWaiters waiters = new HistoryWaiters(
            this::head, failure -> LOG.error("event=history.waiter.failed head={}", head(), failure));

    /** @param log tells this when it has advanced */
    public MergedHistory(ChangeJournal journal, HistoryLog log) {
        this.journal = journal;
        this.log = log;
        log.onAdvanced(waiters::advanced);
    }

    @Override
    public Cursor head() {
        return log.head().cursor();
    }

    /**
     * The later one of two positions in each of the two: file events and kept events that nothing is missing of aren't
     * skipped because of the others.
     */
    @Override
    public Cursor oldest(Cursor since, Collection<String> prefixes) {
        Head head = log.head();
        if (since.isComparableTo(head.cursor()) && !isKnown(since, head)) {
            return head.cursor();
        }
        boolean isComparable = since.isComparableTo(head.cursor());
        Position position = isComparable ? new Position(since.sequence(), since.kept()) : Position.NONE;
        Position kept = isComparable
                ? log.readers().missing(prefixes, position)
                : log.readers().complete(prefixes);
        long files = TopicFilter.hasFiles(prefixes) ? journal.oldest().sequence() : 0;
        String epoch = head.cursor().epoch();
        if (kept.number() > 0) {
            return new Cursor(epoch, Math.max(position.sequence(), files), kept.number());
        }
        if (files <= position.sequence()) {
            return new Cursor(epoch, position.sequence(), position.number());
        }
        return new Cursor(epoch, files, isComparable ? lastKept(prefixes, position, head, files) : 0);
    }

    /**
     * The number of the last kept event up to a position, if kept events between it and a later file event would be
     * skipped otherwise; else 0.
     */
    private long lastKept(Collection<String> prefixes, Position position, Head head, long files) {
        if (position.number() > 0) {
            return position.number();
        }
        long number = 0;
        try {
            for (TopicReader reader : log.readers().read(prefixes, position, head)) {
                try (reader) {
                    if (reader.next() && reader.position().sequence() < files) {
                        long before = reader.position().number() - 1;
                        number = number == 0 ? before : Math.min(number, before);
                    }
                }
            }
            return number;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a position was given to an event; the history can be behind a file event that its author knows. */
    private boolean isKnown(Cursor since, Head head) {
        return since.isUpTo(head.cursor()) || (since.kept() == 0 && since.isUpTo(journal.head()));
    }

    @Override
    public Result<Page> read(User user, Cursor since, Collection<String> prefixes, int maxEvents, int maxBytes) {
        for (int attempt = 1; ; attempt++) {
            Head head = log.head();
            TopicFilter filter = new TopicFilter(user, prefixes);
            Optional<Refusal> gone = gone(since, head, prefixes);
            if (gone.isPresent()) {
                return Result.refused(gone.get());
            }
            if (head.cursor().isUpTo(since)) {
                return Result.done(new Page(List.of(), since));
            }
            Position position = new Position(since.sequence(), since.kept());
            Optional<Head> end = log.readers().readable(prefixes, position, head);
            if (end.isEmpty()) {
                return Result.refused(trimmed(since, prefixes));
            }
            Cursor to = end.get().cursor();
            try (PageReader reader = new PageReader(
                    filter,
                    new FileEventReader(journal, user, prefixes, filter.hasFiles() ? since : to, to),
                    log.readers().read(prefixes, position, end.get()))) {
                Result<Page> page = reader.read(since, to, maxEvents, maxBytes);
                if (page.isRefused()) {
                    boolean isGone = page.refusal().orElseThrow().reason() == Reason.GONE;
                    return isGone ? Result.refused(trimmed(since, prefixes)) : page;
                }
                log.counters().read(page.get().events().size());
                return Result.done(
                        new Page(page.get().events(), next(since, page.get().next(), prefixes)));
            } catch (NoSuchFileException e) {
                if (attempt == ATTEMPTS) {
                    throw new UncheckedIOException(e);
                }
                // it was deleted because of its age or size in between
            } catch (DamagedSegmentException e) {
                isolate(e, attempt);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Where a page ends: after a file event before kept events that were deleted, with the number of the latter, which
     * the reader knows to be missing.
     */
    private Cursor next(Cursor since, Cursor end, Collection<String> prefixes) {
        if (since.kept() == 0 || end.kept() > 0) {
            return end;
        }
        Position missing = log.readers().missing(prefixes, new Position(end.sequence(), 0));
        return missing.number() > 0 && missing.number() <= since.kept()
                ? new Cursor(end.epoch(), end.sequence(), since.kept())
                : end;
    }

    private void isolate(DamagedSegmentException damage, int attempt) {
        if (attempt == ATTEMPTS) {
            throw new UncheckedIOException(damage);
        }
        try {
            log.readers().isolate(damage);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Refusal trimmed(Cursor since, Collection<String> prefixes) {
        return new Refusal(
                Reason.GONE,
                "the history no longer has the events after " + since + "; the oldest cursor is "
                        + oldest(since, prefixes));
    }

    /** The refusal if events after a cursor, of any of the topics, aren't there any more. */
    private Optional<Refusal> gone(Cursor since, Head head, Collection<String> prefixes) {
        if (since.equals(Cursor.BEGINNING)) {
            return Optional.empty();
        }
        if (!since.isComparableTo(head.cursor())) {
            return Optional.of(trimmed(since, prefixes));
        }
        if (isKnown(since, head)) {
            boolean isTrimmed = log.readers().trimmed(prefixes).isAfter(new Position(since.sequence(), since.kept()));
            return isTrimmed ? Optional.of(trimmed(since, prefixes)) : Optional.empty();
        }
        return Optional.of(new Refusal(
                Reason.GONE,
                "the history has lost the events up to " + since + " in a crash; the newest cursor is "
                        + head.cursor()));
    }

    @Override
    public Page newest(User user, Collection<String> prefixes, int maxEvents, int maxBytes) {
        Head head = log.head();
        TopicFilter filter = new TopicFilter(user, prefixes);
        for (int attempt = 1; ; attempt++) {
            NewestEvents newest = new NewestEvents(maxEvents, maxBytes);
            if (filter.hasFiles()) {
                newest.addFiles(journal, user, prefixes, head.cursor());
            }
            try {
                newest.addKept(log, filter, prefixes, head);
                return new Page(newest.events(), head.cursor());
            } catch (NoSuchFileException e) {
                if (attempt == ATTEMPTS) {
                    throw new UncheckedIOException(e);
                }
                // it was deleted because of its age or size in between
            } catch (DamagedSegmentException e) {
                isolate(e, attempt);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public Runnable whenAfter(Cursor since, Runnable action) {
        return waiters.add(since.equals(Cursor.BEGINNING) ? beginning() : since, action);
    }

    /** The position before the oldest event that is left; the head if none is. */
    private Cursor beginning() {
        boolean hasFiles = !journal.head().equals(journal.oldest());
        boolean hasKept = log.readers().states().stream().anyMatch(state -> state.events() > 0);
        return hasFiles || hasKept ? Cursor.BEGINNING : head();
    }
}
