package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.json.JsonText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A journal in memory. Thread-safe. */
public final class MemoryChangeJournal implements ChangeJournal {

    private static final String EPOCH = "memory";

    /** Guarded by this, as is what follows. */
    private String epoch = EPOCH;

    /** The retained entries; the first one has the number after {@link #dropped}. Guarded by this. */
    private final List<Change> changes = new ArrayList<>();

    private long dropped;
    private int maxExamined = Integer.MAX_VALUE;

    /**
     * Appends a change to a record.
     *
     * @param user who made it; empty if nobody knows
     */
    public synchronized Change append(
            Change.Type type, RecordVersion version, Optional<String> user, List<ValidatorId> validators) {
        Cursor cursor = new Cursor(epoch, dropped + changes.size() + 1);
        Instant time = Instant.now();
        String url = RecordUrls.RELATIVE.of(version.path());
        Change change = new Change(
                type, cursor, time, version, user, validators, url, json(type, cursor, time, version, user, url));
        changes.add(change);
        return change;
    }

    /** A simple change for tests to which only the path matters. */
    public Change append(Change.Type type, RecordPath path) {
        return append(
                type,
                new RecordVersion(path, 0, Instant.now(), Optional.of("\"" + path + "\""), Optional.empty()),
                Optional.empty(),
                List.of());
    }

    private static String json(
            Change.Type type, Cursor cursor, Instant time, RecordVersion version, Optional<String> user, String url) {
        StringBuilder data = new StringBuilder("{");
        member(data, "path", JsonText.quoted(version.path().toString()));
        member(data, "url", JsonText.quoted(url));
        member(data, "size", String.valueOf(version.size()));
        member(data, "modified", JsonText.quoted(version.modified().toString()));
        version.etag().ifPresent(etag -> member(data, "etag", JsonText.quoted(etag)));
        version.sha256().ifPresent(sha256 -> member(data, "sha256", JsonText.quoted(sha256)));
        user.ifPresent(name -> member(data, "user", JsonText.quoted(name)));
        member(data, "validators", "[]");
        StringBuilder json = new StringBuilder("{");
        member(json, "specversion", "\"1.0\"");
        member(json, "id", JsonText.quoted(cursor.toString()));
        member(json, "sequence", String.format("\"%020d\"", cursor.sequence()));
        member(json, "source", "\"datahub\"");
        member(json, "type", JsonText.quoted("io.datahub.file." + type.word()));
        member(json, "subject", JsonText.quoted(version.path().toString()));
        member(json, "time", JsonText.quoted(time.toString()));
        member(json, "datacontenttype", "\"application/json\"");
        member(json, "data", data.append('}').toString());
        return json.append('}').toString();
    }

    private static void member(StringBuilder json, String name, String value) {
        json.append(json.length() == 1 ? "" : ",")
                .append(JsonText.quoted(name))
                .append(':')
                .append(value);
    }

    /** Sets how many entries are examined for a page, so that pages may have fewer than requested. */
    public synchronized void setMaxExamined(int entries) {
        maxExamined = entries;
    }

    /** Drops the oldest entries, as retention does. */
    public synchronized void dropOldest(int count) {
        changes.subList(0, count).clear();
        dropped += count;
    }

    /** Loses all entries, and begins a new epoch, as a journal that had to be rebuilt. */
    public synchronized void rebuild() {
        dropOldest(changes.size());
        dropped = 0;
        epoch += "x";
    }

    @Override
    public synchronized Cursor head() {
        return new Cursor(epoch, dropped + changes.size());
    }

    @Override
    public synchronized Cursor oldest() {
        return new Cursor(epoch, dropped);
    }

    @Override
    public synchronized Result<Page> read(User user, Cursor since, String prefix, int limit) {
        boolean fromOldest = since.epoch().isEmpty();
        long from = fromOldest ? dropped : since.sequence();
        if ((!fromOldest && !since.epoch().equals(epoch)) || from < dropped || from > head().sequence()) {
            return Result.refused(
                    Reason.GONE,
                    "the journal doesn't have the changes after " + since + "; the oldest cursor is " + oldest());
        }
        List<Change> found = new ArrayList<>();
        long position = from;
        long end = Math.min(head().sequence(), from + maxExamined);
        while (position < end && found.size() < limit) {
            Change change = changes.get((int) (position - dropped));
            position++;
            if (change.path().toString().startsWith(prefix) && user.mayRead(change.path())) {
                found.add(change);
            }
        }
        return Result.done(new Page(found, new Cursor(epoch, position)));
    }

    @Override
    public synchronized Page newest(User user, String prefix, int limit) {
        List<Change> matching = changes.stream()
                .filter(change -> change.path().toString().startsWith(prefix) && user.mayRead(change.path()))
                .toList();
        return new Page(matching.subList(Math.max(0, matching.size() - limit), matching.size()), head());
    }
}
