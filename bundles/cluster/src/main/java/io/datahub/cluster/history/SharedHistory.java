package io.datahub.cluster.history;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerEvent;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.event.EventRun;
import io.datahub.api.history.EventHistory;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.cluster.engine.EngineErrors;
import io.datahub.cluster.journal.Freshness;
import io.datahub.records.history.FileEventHistory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** File events and kept events of a cluster, up to what this hub has delivered, or delivers just now. Thread-safe. */
public final class SharedHistory implements EventHistory {

    private static final String FILE = "file.";
    private static final Comparator<EventRun> ORDER =
            Comparator.comparingLong(run -> run.cursor().orElseThrow().sequence());

    private final FileEventHistory files;
    private final LedgerEvents events;
    private final EventContents contents;
    private final Freshness freshness;

    /** @param files the file events; what waits for events waits there */
    public SharedHistory(FileEventHistory files, LedgerEvents events, EventContents contents, Freshness freshness) {
        this.files = files;
        this.events = events;
        this.contents = contents;
        this.freshness = freshness;
    }

    private static boolean hasFiles(Collection<String> prefixes) {
        return prefixes.stream().anyMatch(prefix -> prefix.startsWith(FILE) || FILE.startsWith(prefix));
    }

    private static boolean hasKept(Collection<String> prefixes) {
        return prefixes.stream().anyMatch(prefix -> !prefix.startsWith(FILE));
    }

    @Override
    public Cursor head() {
        return files.head();
    }

    @Override
    public Cursor oldest(Cursor since, Collection<String> prefixes) {
        try {
            return findOldest(since, prefixes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Cursor findOldest(Cursor since, Collection<String> prefixes) throws IOException {
        Cursor head = head();
        long number = since.isComparableTo(head) ? since.sequence() : 0;
        if (hasFiles(prefixes)) {
            number = Math.max(number, files.oldest(Cursor.BEGINNING, prefixes).sequence());
        }
        return new Cursor(head.epoch(), Math.max(number, trimmed(prefixes)));
    }

    /** The number of the newest deleted event that may have had one of the topics. */
    private long trimmed(Collection<String> prefixes) throws IOException {
        long trimmed = 0;
        for (Map.Entry<String, LedgerEvents.Kept> rule : events.rules().entrySet()) {
            String own = rule.getKey();
            if (prefixes.stream().anyMatch(prefix -> prefix.startsWith(own) || own.startsWith(prefix))) {
                trimmed = Math.max(trimmed, rule.getValue().trimmed());
            }
        }
        return trimmed;
    }

    @Override
    public Result<Page> read(User user, Cursor since, Collection<String> prefixes, int maxEvents, int maxBytes) {
        if (!hasKept(prefixes)) {
            return files.read(user, since, prefixes, maxEvents, maxBytes);
        }
        Optional<Refusal> old = freshness.refuse();
        if (old.isPresent()) {
            return Result.refused(old.get());
        }
        try {
            return EngineErrors.translate(() -> tryToRead(user, since, prefixes, maxEvents, maxBytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Result<Page> tryToRead(User user, Cursor since, Collection<String> prefixes, int maxEvents, int maxBytes)
            throws IOException {
        Cursor head = head();
        if (head.isUpTo(since)) {
            return Result.done(new Page(List.of(), since));
        }
        if (!since.equals(Cursor.BEGINNING) && !since.isComparableTo(head)) {
            return gone(since, prefixes);
        }
        Result<Page> changes = hasFiles(prefixes)
                ? files.read(user, since, prefixes, maxEvents, maxBytes)
                : Result.done(new Page(List.of(), head));
        if (changes.isRefused()) {
            return changes.refusal().orElseThrow().reason() == Reason.GONE ? gone(since, prefixes) : changes;
        }
        try {
            return read(user, since, prefixes, maxEvents, maxBytes, changes.get());
        } catch (NoSuchFileException e) {
            return gone(since, prefixes); // deleted in between
        }
    }

    private Result<Page> read(
            User user, Cursor since, Collection<String> prefixes, int maxEvents, int maxBytes, Page changes)
            throws IOException {
        long after = since.sequence();
        LedgerEvents.Page kept =
                events.read(after, changes.next().sequence(), Prefixes.storable(prefixes), maxEvents, maxBytes);
        if (!since.equals(Cursor.BEGINNING) && trimmed(prefixes) > after) {
            return gone(since, prefixes);
        }
        String epoch = changes.next().epoch();
        long end = Math.min(changes.next().sequence(), kept.next());
        List<EventRun> found = runs(user, epoch, kept.events());
        changes.events().stream()
                .filter(event -> event.cursor().orElseThrow().sequence() <= end)
                .forEach(found::add);
        found.sort(ORDER);
        long bytes = 0;
        for (int i = 0; i < found.size(); i++) {
            bytes += found.get(i).length();
            if (i == maxEvents || (i > 0 && bytes > maxBytes)) {
                return Result.done(
                        new Page(found.subList(0, i), found.get(i - 1).cursor().orElseThrow()));
            }
        }
        return Result.done(new Page(found, new Cursor(epoch, end)));
    }

    /** Those of the events that a user may receive now. */
    private List<EventRun> runs(User user, String epoch, List<LedgerEvent> kept) throws IOException {
        List<EventRun> runs = new ArrayList<>();
        for (LedgerEvent event : kept) {
            if (event.rule().isPresent() && user.maySubscribe(event.topic().getBytes(StandardCharsets.UTF_8))) {
                runs.add(contents.read(event).at(new Cursor(epoch, event.number())));
            }
        }
        return runs;
    }

    private Result<Page> gone(Cursor since, Collection<String> prefixes) throws IOException {
        return Result.refused(
                Reason.GONE,
                "the history no longer has the events after " + since + "; the oldest cursor is "
                        + findOldest(since, prefixes));
    }

    @Override
    public Page newest(User user, Collection<String> prefixes, int maxEvents, int maxBytes) {
        Cursor head = head();
        List<EventRun> found = new ArrayList<>();
        if (hasFiles(prefixes)) {
            found.addAll(files.newest(user, prefixes, maxEvents, maxBytes).events());
        }
        if (hasKept(prefixes)) {
            try {
                found.addAll(runs(
                        user,
                        head.epoch(),
                        events.newest(head.sequence(), Prefixes.storable(prefixes), maxEvents, maxBytes)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        found.removeIf(event -> !event.cursor().orElseThrow().isUpTo(head));
        found.sort(ORDER);
        int first = found.size();
        long bytes = 0;
        while (first > 0 && found.size() - first < maxEvents) {
            bytes += found.get(first - 1).length();
            if (bytes > maxBytes && first < found.size()) {
                break;
            }
            first--;
        }
        return new Page(found.subList(first, found.size()), head);
    }

    @Override
    public Runnable whenAfter(Cursor since, Runnable action) {
        return files.whenAfter(since, action);
    }
}
