package io.datahub.http.events;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** An in-memory journal with epoch "e1". */
final class FakeJournal implements ChangeJournal {

    private final List<Change> changes = new CopyOnWriteArrayList<>();
    volatile Runnable onRead = () -> {};

    /** Adds the creation of a record. */
    Change add(String path) {
        Cursor cursor = new Cursor("e1", changes.size() + 1);
        Change change = new Change(
                Change.Type.CREATED,
                cursor,
                Instant.parse("2026-11-23T10:00:00Z"),
                new RecordVersion(RecordPath.of(path), 1, Instant.EPOCH, Optional.empty(), Optional.empty()),
                Optional.of("ops"),
                List.of(),
                RecordUrls.RELATIVE.of(RecordPath.of(path)),
                "{\"specversion\":\"1.0\",\"data\":{\"id\":0},\"id\":\"" + cursor + "\",\"subject\":\"" + path + "\"}");
        changes.add(change);
        return change;
    }

    @Override
    public Cursor oldest() {
        return new Cursor("e1", 0);
    }

    @Override
    public Cursor head() {
        return new Cursor("e1", changes.size());
    }

    @Override
    public Result<Page> read(User user, Cursor since, String prefix, int limit) {
        if (!since.epoch().isEmpty() && !since.epoch().equals("e1")) {
            return Result.refused(Reason.GONE, "the oldest cursor is e1-0");
        }
        List<Change> after = changes.stream()
                .filter(change -> change.cursor().sequence() > since.sequence())
                .limit(limit)
                .toList();
        Cursor next = after.isEmpty() ? head() : after.get(after.size() - 1).cursor();
        List<Change> visible = after.stream()
                .filter(change -> user.mayRead(change.path()))
                .filter(change -> change.path().toString().startsWith(prefix))
                .toList();
        onRead.run();
        return Result.done(new Page(visible, next));
    }

    @Override
    public Page newest(User user, String prefix, int limit) {
        List<Change> visible = changes.stream()
                .filter(change -> user.mayRead(change.path()))
                .filter(change -> change.path().toString().startsWith(prefix))
                .toList();
        return new Page(visible.subList(Math.max(0, visible.size() - limit), visible.size()), head());
    }

    @Override
    public boolean await(Cursor since, Duration time) {
        throw new UnsupportedOperationException();
    }
}
