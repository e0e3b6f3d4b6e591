package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.history.EventHistory;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A history of file events and kept topics in memory. Thread-safe; no foreign code is called under its lock. */
public final class MemoryHistory implements EventHistory {

    /** Run before each page is read, to simulate concurrent events. */
    private Optional<Refusal> refusal = Optional.empty();

    private int refused;
    private volatile Runnable beforeRead = () -> {};

    private final Map<Runnable, Cursor> waiting = new ConcurrentHashMap<>();

    // guarded by this
    private final List<EventRun> events = new ArrayList<>();
    private int lifetime = 1;
    private long trimmed;
    private long newest;

    /** Appends a file event with an empty JSON object; the topic is {@code file.created/PATH}. */
    public EventRun create(String path) {
        return append("", "file.created/" + path, "{}");
    }

    /**
     * Appends an event.
     *
     * @param user the publisher; empty for the hub
     * @return the event with its position
     */
    public EventRun append(String user, String topic, String payload) {
        EventRun event;
        synchronized (this) {
            ByteBuffer bytes = EventWriter.write(utf8(topic), utf8(payload));
            event = new EventRun(new SharedBuffer(bytes), 0, bytes.limit(), 1, user, 0)
                    .at(new Cursor("e" + lifetime, ++newest));
            events.add(event);
        }
        waiting.keySet().forEach(this::runIfDue);
        return event;
    }

    /** Removes the events up to a cursor. */
    public synchronized void trim(Cursor upTo) {
        events.removeIf(event -> cursor(event).isUpTo(upTo));
        trimmed = upTo.sequence();
    }

    /** Loses all events, as a journal that had to be rebuilt. */
    public synchronized void rebuild() {
        events.clear();
        lifetime++;
        trimmed = 0;
        newest = 0;
    }

    /** Sets what is run before each page is read. */
    public void beforeRead(Runnable action) {
        beforeRead = action;
    }

    /** Refuses to be read from now on; with an empty refusal, it can be read again. */
    public synchronized void refuse(Optional<Refusal> reason) {
        refusal = reason;
    }

    /** How often that has refused. */
    public synchronized int refused() {
        return refused;
    }

    /** The topic of an event. */
    public static String topic(EventRun event) {
        EventReader reader = new EventReader(event);
        reader.next();
        return reader.topic();
    }

    private static Cursor cursor(EventRun event) {
        return event.cursor().orElseThrow();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public synchronized Cursor head() {
        return new Cursor("e" + lifetime, newest);
    }

    @Override
    public synchronized Cursor oldest(Cursor since, Collection<String> prefixes) {
        if (since.isComparableTo(head()) && !since.isUpTo(head())) {
            return head();
        }
        return beginning().isUpTo(since) ? since : beginning();
    }

    private synchronized Cursor beginning() {
        return new Cursor("e" + lifetime, trimmed);
    }

    @Override
    public Result<Page> read(User user, Cursor since, Collection<String> prefixes, int maxEvents, int maxBytes) {
        beforeRead.run();
        return readNow(user, since.equals(Cursor.BEGINNING) ? beginning() : since, prefixes, maxEvents, maxBytes);
    }

    private synchronized Result<Page> readNow(
            User user, Cursor since, Collection<String> prefixes, int maxEvents, int maxBytes) {
        if (refusal.isPresent()) {
            refused++;
            return Result.refused(refusal.get());
        }
        if (!beginning().isUpTo(since) || !since.isUpTo(head())) {
            return Result.refused(
                    Reason.GONE, "list the records again; the oldest cursor is " + oldest(since, prefixes));
        }
        List<EventRun> page = new ArrayList<>();
        Cursor examined = since;
        long bytes = 0;
        for (EventRun event : events) {
            if (cursor(event).isUpTo(since)) {
                continue;
            }
            if (isVisible(event, user, prefixes)) {
                bytes += event.length();
                if (page.size() == maxEvents || (bytes > maxBytes && !page.isEmpty())) {
                    return Result.done(new Page(page, examined));
                }
                page.add(event);
            }
            examined = cursor(event);
        }
        return Result.done(new Page(page, head()));
    }

    @Override
    public Page newest(User user, Collection<String> prefixes, int maxEvents, int maxBytes) {
        beforeRead.run();
        return newestNow(user, prefixes, maxEvents, maxBytes);
    }

    private synchronized Page newestNow(User user, Collection<String> prefixes, int maxEvents, int maxBytes) {
        List<EventRun> page = new ArrayList<>();
        long bytes = 0;
        for (int i = events.size() - 1; i >= 0 && page.size() < maxEvents; i--) {
            EventRun event = events.get(i);
            if (isVisible(event, user, prefixes)) {
                bytes += event.length();
                if (bytes > maxBytes && !page.isEmpty()) {
                    break;
                }
                page.add(event);
            }
        }
        Collections.reverse(page);
        return new Page(page, head());
    }

    private static boolean isVisible(EventRun event, User user, Collection<String> prefixes) {
        String topic = topic(event);
        return prefixes.stream().anyMatch(topic::startsWith)
                && (topic.startsWith("file.")
                        ? user.mayRead(RecordPath.of(topic.substring(topic.indexOf('/') + 1)))
                        : user.maySubscribe(utf8(topic)));
    }

    @Override
    public Runnable whenAfter(Cursor since, Runnable action) {
        Runnable key = new Runnable() {
            @Override
            public void run() {
                action.run();
            }
        };
        waiting.put(key, since.equals(Cursor.BEGINNING) ? beginning() : since);
        runIfDue(key);
        return () -> waiting.remove(key);
    }

    private void runIfDue(Runnable action) {
        Cursor since = waiting.get(action);
        if (since != null && !head().isUpTo(since) && waiting.remove(action) != null) {
            action.run();
        }
    }
}
