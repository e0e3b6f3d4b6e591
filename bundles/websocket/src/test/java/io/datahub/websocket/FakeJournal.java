package io.datahub.websocket;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
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

/** An in-memory journal that announces its entries like the store. */
final class FakeJournal implements ChangeJournal {

    private static final String EPOCH = "e1";

    final List<Change> changes = new CopyOnWriteArrayList<>();
    private final FakeBroker broker;
    /** Run before each page is read, to simulate concurrent changes. */
    volatile Runnable beforeRead = () -> {};

    /** Whether the journal has been rebuilt, so that no cursor is valid any longer. */
    volatile boolean isGone;

    FakeJournal(FakeBroker broker) {
        this.broker = broker;
    }

    /** Adds an entry for a new record and announces it. */
    synchronized Change create(String path) {
        Cursor cursor = new Cursor(EPOCH, changes.size() + 1L);
        String json = "{\"specversion\":\"1.0\",\"data\":{\"path\":\"" + path + "\"},\"id\":\"" + cursor + "\"}";
        RecordVersion version =
                new RecordVersion(RecordPath.of(path), 1, Instant.EPOCH, Optional.of("\"1\""), Optional.empty());
        Change change = new Change(
                Change.Type.CREATED,
                cursor,
                Instant.EPOCH,
                version,
                Optional.empty(),
                List.of(),
                "/files/" + path,
                json);
        changes.add(change);
        broker.announce(change.topic(), FakeBroker.utf8(json));
        return change;
    }

    @Override
    public Cursor oldest() {
        return new Cursor(EPOCH, 0);
    }

    @Override
    public Cursor head() {
        return new Cursor(EPOCH, changes.size());
    }

    @Override
    public Result<Page> read(User user, Cursor since, String prefix, int limit) {
        beforeRead.run();
        if (isGone || !(since.equals(Cursor.BEGINNING) || since.epoch().equals(EPOCH))) {
            return Result.refused(Reason.GONE, "the oldest cursor is " + new Cursor(EPOCH, 0));
        }
        List<Change> page = changes.stream().skip(since.sequence()).limit(limit).toList();
        return Result.done(new Page(
                page.stream().filter(change -> user.mayRead(change.path())).toList(),
                new Cursor(EPOCH, since.sequence() + page.size())));
    }

    @Override
    public boolean await(Cursor since, Duration time) {
        throw new UnsupportedOperationException();
    }
}
