package io.datahub.console;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A journal with the given number of entries. Every tenth is below {@code logs/}. Pages may be smaller than requested.
 */
record FakeJournal(long entries) implements ChangeJournal {

    private static final int MAX_SCANNED = 400;

    private static Cursor cursor(long sequence) {
        return new Cursor("e", sequence);
    }

    private static Change change(long sequence) {
        RecordPath path = RecordPath.parse(sequence % 10 == 0 ? "logs/a" : "b").get();
        RecordVersion version = new RecordVersion(path, 1, Instant.EPOCH, Optional.empty(), Optional.empty());
        return new Change(
                Change.Type.UPDATED, cursor(sequence), Instant.EPOCH, version, Optional.empty(), List.of(), "", "{}");
    }

    @Override
    public Cursor head() {
        return cursor(entries);
    }

    @Override
    public Cursor oldest() {
        return cursor(0);
    }

    @Override
    public Result<Page> read(User user, Cursor since, String prefix, int limit) {
        List<Change> found = new ArrayList<>();
        long position = since.sequence();
        long last = Math.min(entries, position + MAX_SCANNED);
        while (position < last && found.size() < limit) {
            Change change = change(++position);
            if (change.path().toString().startsWith(prefix)) {
                found.add(change);
            }
        }
        return Result.done(new Page(found, cursor(position)));
    }

    @Override
    public Page newest(User user, String prefix, int limit) {
        Deque<Change> found = new ArrayDeque<>();
        for (long position = entries; position > 0 && found.size() < limit; position--) {
            Change change = change(position);
            if (change.path().toString().startsWith(prefix)) {
                found.addFirst(change);
            }
        }
        return new Page(List.copyOf(found), head());
    }

    @Override
    public boolean await(Cursor since, Duration time) {
        throw new UnsupportedOperationException();
    }
}
