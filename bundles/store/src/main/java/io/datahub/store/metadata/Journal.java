package io.datahub.store.metadata;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.store.pages.CorruptionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads the journal up to its durable end. Thread-safe. */
public final class Journal implements ChangeJournal {

    private static final int MAX_SCANNED = 50_000;

    private final MetadataStore metadata;
    private final Supplier<RecordUrls> urls;

    /** @param urls the URLs of records, asked for with each page */
    public Journal(MetadataStore metadata, Supplier<RecordUrls> urls) {
        this.metadata = metadata;
        this.urls = urls;
    }

    @Override
    public Cursor head() {
        return metadata.head().cursor();
    }

    @Override
    public Cursor oldest() {
        try {
            Cursor head = head();
            return metadata.read(database -> new Cursor(head.epoch(), oldest(database, head)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Result<Page> read(User user, Cursor since, String prefix, int limit) {
        Cursor head = head();
        try {
            Selection selection = new Selection(user, prefix, urls.get());
            return metadata.read(database -> read(database, head, since, selection, limit));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Page newest(User user, String prefix, int limit) {
        Cursor head = head();
        try {
            Selection selection = new Selection(user, prefix, urls.get());
            return metadata.read(database -> newest(database, head, selection, limit));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Page newest(MetadataDatabase database, Cursor head, Selection selection, int limit) {
        Deque<Change> matching = new ArrayDeque<>();
        long end = Math.max(oldest(database, head), head.sequence() - MAX_SCANNED);
        for (long position = head.sequence(); position > end && matching.size() < limit; position--) {
            selection.entry(database, new Cursor(head.epoch(), position)).ifPresent(matching::addFirst);
        }
        return new Page(List.copyOf(matching), head);
    }

    private static Result<Page> read(
            MetadataDatabase database, Cursor head, Cursor since, Selection selection, int limit) {
        boolean fromOldest = since.epoch().isEmpty();
        boolean known = fromOldest || since.epoch().equals(head.epoch());
        long oldest = oldest(database, head);
        long from = fromOldest ? oldest : since.sequence();
        if (known && from >= oldest && from <= head.sequence()) {
            Page page = page(database, head, from, selection, limit);
            long trimmed = oldest(database, head);
            if (trimmed <= from) {
                return Result.done(page);
            }
            if (fromOldest) {
                return Result.done(dropTrimmed(page, new Cursor(head.epoch(), trimmed)));
            }
        }
        return Result.refused(
                Reason.GONE,
                "the journal no longer has the changes after " + since
                        + "; list the records again and resume from there. The" + " oldest cursor is "
                        + new Cursor(head.epoch(), oldest(database, head)));
    }

    /**
     * Drops the changes of a page up to the point to which the journal was trimmed while the page was read; after
     * that point none is missing.
     */
    private static Page dropTrimmed(Page page, Cursor trimmed) {
        return new Page(
                page.changes().stream()
                        .filter(change -> change.cursor().sequence() > trimmed.sequence())
                        .toList(),
                page.next().sequence() < trimmed.sequence() ? trimmed : page.next());
    }

    /** The sequence number before the oldest entry, as of a head; entries after that may not be durable yet. */
    private static long oldest(MetadataDatabase database, Cursor head) {
        Long firstEntry = database.journal.firstKey();
        return firstEntry == null ? head.sequence() : Math.min(firstEntry - 1, head.sequence());
    }

    private static Page page(MetadataDatabase database, Cursor head, long from, Selection selection, int limit) {
        List<Change> matching = new ArrayList<>();
        long position = from;
        long scanEnd = Math.min(head.sequence(), from + MAX_SCANNED);
        while (position < scanEnd && matching.size() < limit) {
            position++;
            selection.entry(database, new Cursor(head.epoch(), position)).ifPresent(matching::add);
        }
        return new Page(matching, new Cursor(head.epoch(), position));
    }

    /**
     * What is read.
     *
     * @param user may read it
     * @param prefix begins its path
     * @param urls the URLs of records
     */
    private record Selection(User user, String prefix, RecordUrls urls) {

        /** An entry; empty if it isn't selected or was trimmed. */
        Optional<Change> entry(MetadataDatabase database, Cursor cursor) {
            byte[] bytes = database.journal.get(cursor.sequence());
            if (bytes == null) {
                requireTrimmed(database, cursor.sequence());
                return Optional.empty();
            }
            Change change = ChangeEventReader.read(bytes, cursor, urls);
            return Optional.of(change)
                    .filter(found -> found.path().toString().startsWith(prefix) && user.mayRead(found.path()));
        }
    }

    /** Sequence numbers have no gaps: a missing entry was trimmed, possibly just now, or the journal is corrupt. */
    private static void requireTrimmed(MetadataDatabase database, long sequence) {
        Long firstEntry = database.journal.firstKey();
        if (firstEntry != null && sequence >= firstEntry) {
            throw new CorruptionException("the journal has no entry " + sequence);
        }
    }
}
