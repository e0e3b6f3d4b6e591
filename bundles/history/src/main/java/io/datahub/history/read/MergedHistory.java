package io.datahub.history.read;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.history.EventHistory;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.history.log.DamagedSegmentException;
import io.datahub.history.log.Head;
import io.datahub.history.log.HistoryLog;
import io.datahub.history.log.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * File events, from the journal, and kept topics, from their logs, in one order: a kept event has the number of the file
 * event before it. Thread-safe.
 */
public final class MergedHistory implements EventHistory {

    private static final int ATTEMPTS = 10;

    private final ChangeJournal journal;
    private final HistoryLog log;
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

    /** @param log tells this when it has advanced */
    public MergedHistory(ChangeJournal journal, HistoryLog log) {
        this.journal = journal;
        this.log = log;
        log.onAdvanced(this::advanced);
    }

    @Override
    public Cursor head() {
        return log.head().cursor();
    }

    /** The oldest position after which no event of any topic is missing. */
    @Override
    public Cursor oldest() {
        Cursor files = journal.oldest();
        Position complete = log.complete(List.of(""));
        Cursor kept = new Cursor(files.epoch(), complete.sequence(), complete.number());
        return kept.isUpTo(files) ? files : kept;
    }

    @Override
    public Result<Page> read(User user, Cursor since, Collection<String> prefixes, int maxEvents, int maxBytes) {
        for (int attempt = 1; ; attempt++) {
            Head head = log.head();
            TopicFilter filter = new TopicFilter(user, prefixes);
            Optional<Refusal> gone = gone(since, head, filter, prefixes);
            if (gone.isPresent()) {
                return Result.refused(gone.get());
            }
            Position position = new Position(since.sequence(), since.kept());
            Optional<Head> end = log.readable(prefixes, position, head);
            if (end.isEmpty()) {
                return Result.refused(trimmed(since));
            }
            Cursor to = end.get().cursor();
            try (PageReader reader = new PageReader(
                    filter,
                    new FileEventReader(journal, user, prefixes, filter.hasFiles() ? since : to, to),
                    log.read(prefixes, position, end.get()))) {
                Result<Page> page = reader.read(since, to, maxEvents, maxBytes);
                if (!page.isRefused()) {
                    log.counters().read(page.get().events().size());
                }
                return page;
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

    private void isolate(DamagedSegmentException damage, int attempt) {
        if (attempt == ATTEMPTS) {
            throw new UncheckedIOException(damage);
        }
        try {
            log.isolate(damage);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Refusal trimmed(Cursor since) {
        return new Refusal(
                Reason.GONE,
                "the history no longer has the events after " + since + "; the oldest cursor is " + oldest());
    }

    /** The refusal if events after a cursor, of any of the topics, aren't there any more. */
    private Optional<Refusal> gone(Cursor since, Head head, TopicFilter filter, Collection<String> prefixes) {
        if (since.equals(Cursor.BEGINNING)) {
            return Optional.empty();
        }
        Position trimmed = log.trimmed(prefixes);
        boolean isTrimmed = since.kept() > 0
                ? since.kept() < trimmed.number()
                : trimmed.number() > 0 && since.sequence() <= trimmed.sequence();
        boolean isKnown = since.isUpTo(head.cursor());
        if (isKnown && !isTrimmed) {
            return Optional.empty();
        }
        if (isKnown || filter.hasFiles() || !since.isComparableTo(head.cursor())) {
            return Optional.of(trimmed(since));
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
        Waiting one = new Waiting(since.equals(Cursor.BEGINNING) ? beginning() : since, action);
        waiting.add(one);
        runIfDue(one, head());
        return () -> waiting.remove(one);
    }

    /** The position before the oldest event that is left; the head if none is. */
    private Cursor beginning() {
        boolean hasFiles = !journal.head().equals(journal.oldest());
        boolean hasKept = log.states().stream().anyMatch(state -> state.events() > 0);
        return hasFiles || hasKept ? Cursor.BEGINNING : head();
    }

    private void advanced() {
        if (!waiting.isEmpty()) {
            Cursor head = head();
            waiting.forEach(one -> runIfDue(one, head));
        }
    }

    private void runIfDue(Waiting one, Cursor head) {
        if (!head.isUpTo(one.since) && waiting.remove(one)) {
            one.action.run();
        }
    }

    /** An action that waits for an event after a cursor; compared by identity. */
    private static final class Waiting {
        final Cursor since;
        final Runnable action;

        Waiting(Cursor since, Runnable action) {
            this.since = since;
            this.action = action;
        }
    }
}
