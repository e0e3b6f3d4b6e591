package io.datahub.history.last;

import io.datahub.api.event.EventRun;
import io.datahub.history.rules.LastRule;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The newest event of each topic: those that were appended lately in memory, the others on disk. What is in memory is
 * guarded by the lock of whoever appends, the rest is written by one thread at a time.
 */
public final class LastTopics implements Closeable {

    private final LastEventStore store;
    private volatile List<LastRule> rules = List.of();

    /** Appended, by prefix of the rule and topic, and not being written yet. Guarded by the owner's lock. */
    private Map<String, Map<String, LastEvent>> appended = new HashMap<>();

    /** Being written. Replaced under the owner's lock. */
    private Map<String, Map<String, LastEvent>> written = new HashMap<>();

    private final ReplacedEvents replaced = new ReplacedEvents();

    /** What {@link #write} has replaced on disk and isn't noted yet; for the thread that writes. */
    private final List<Replaced> justReplaced = new ArrayList<>();

    /** How often {@link #forget()} was called. Changed under the owner's lock. */
    private final AtomicLong writes = new AtomicLong();

    private volatile boolean unflushed;

    /**
     * @param folder where the events are stored
     * @param snapshot exists while a backup copies that folder
     * @throws IOException if the disk fails
     */
    public LastTopics(Path folder, Path snapshot) throws IOException {
        store = new LastEventStore(folder, snapshot);
    }

    /** Applies rules; for the thread that writes. */
    public void configure(List<LastRule> changed) {
        store.configure(changed);
        List<LastRule> sorted = new ArrayList<>(changed);
        sorted.sort(
                Comparator.comparing((LastRule rule) -> rule.prefix().length()).reversed());
        rules = List.copyOf(sorted);
    }

    /** The rule of a topic, the one with the longest prefix; null if there is none. */
    public LastRule rule(String topic) {
        for (LastRule rule : rules) {
            if (topic.startsWith(rule.prefix())) {
                return rule;
            }
        }
        return null;
    }

    /** The rules by which topics with a prefix may have newest events. */
    List<LastRule> rulesOf(String prefix) {
        return rules.stream()
                .filter(rule -> rule.prefix().startsWith(prefix) || prefix.startsWith(rule.prefix()))
                .toList();
    }

    /**
     * Appends an event, under the owner's lock.
     *
     * @param isRemoval whether it has no payload: it removes that of its topic
     * @param isWaiting whether it may still be refused
     */
    public void append(LastRule rule, String topic, long number, EventRun event, boolean isRemoval, boolean isWaiting) {
        LastEvent before = isWaiting ? pending(rule, topic) : null;
        if (before != null) {
            replaced.addInMemory(new Replaced(rule.prefix(), number, before));
        }
        appended.computeIfAbsent(rule.prefix(), key -> new LinkedHashMap<>())
                .put(topic, new LastEvent(topic, number, event, isRemoval));
    }

    /** The newest event of a topic that is in memory; null if there is none. */
    private LastEvent pending(LastRule rule, String topic) {
        LastEvent newest = of(appended, rule).get(topic);
        return newest == null ? of(written, rule).get(topic) : newest;
    }

    /** Takes what was appended, under the owner's lock, to be written by {@link #write}. */
    public void swap() {
        if (written.isEmpty()) {
            written = appended;
            appended = new HashMap<>();
        } else {
            appended.forEach((prefix, events) -> written.computeIfAbsent(prefix, key -> new LinkedHashMap<>())
                    .putAll(events));
            appended.clear();
        }
    }

    /**
     * Writes what was taken, without a flush.
     *
     * @param delivered the number of the last event that can't be refused any more
     */
    public void write(long delivered) {
        if (!written.isEmpty()) {
            Map<String, Iterable<LastEvent>> events = new HashMap<>();
            written.forEach((prefix, all) -> events.put(prefix, all.values()));
            unflushed = true;
            store.put(events, delivered, justReplaced);
        }
    }

    /** Forgets what was written, under the owner's lock. */
    public void forget() {
        if (!written.isEmpty()) {
            noteReplaced();
            written = new HashMap<>();
            writes.incrementAndGet();
        }
    }

    private void noteReplaced() {
        replaced.addOnDisk(justReplaced);
        justReplaced.clear();
    }

    /** Notes, under the owner's lock, up to which number events can't be refused any more. */
    public void delivered(long number) {
        replaced.delivered(number);
    }

    /**
     * Takes events back that are refused, from a number on, under the owner's lock: those before them are the newest ones
     * again, and are written by {@link #write}. For the thread that writes.
     */
    public void refuse(long from) {
        noteReplaced();
        for (Map<String, Map<String, LastEvent>> all : List.of(appended, written)) {
            all.values().forEach(events -> events.values().removeIf(event -> event.number() >= from));
            all.values().removeIf(Map::isEmpty);
        }
        replaced.takeFrom(from)
                .forEach((prefix, events) -> written.computeIfAbsent(prefix, key -> new LinkedHashMap<>())
                        .putAll(events));
    }

    /** Whether something isn't written; under the owner's lock. */
    public boolean isPending() {
        return !appended.isEmpty() || !written.isEmpty();
    }

    /** Whether there are no rules. */
    public boolean isUnused() {
        return rules.isEmpty();
    }

    /** Changes after each write, under the owner's lock. */
    long writes() {
        return writes.get();
    }

    /** Flushes what was written. */
    public void flush() {
        if (unflushed) {
            unflushed = false;
            try {
                store.flush();
            } catch (RuntimeException e) {
                unflushed = true;
                throw e;
            }
        }
    }

    /** Keeps the file small. */
    public void compact() {
        if (!rules.isEmpty()) {
            store.compact();
        }
    }

    /**
     * Whether an event that was read is still the newest of its topic; under the owner's lock.
     *
     * @param isPresent whether nothing was stored since it was read
     */
    boolean isNewest(LastRule rule, LastEvent event, boolean isPresent) {
        return !of(appended, rule).containsKey(event.topic())
                && !of(written, rule).containsKey(event.topic())
                && (isPresent || store.number(rule, event.topic()) == event.number());
    }

    private static Map<String, LastEvent> of(Map<String, Map<String, LastEvent>> events, LastRule rule) {
        return events.getOrDefault(rule.prefix(), Map.of());
    }

    List<LastEvent> read(LastRule rule, String prefix, String after, int max) {
        return store.read(rule, prefix, after, max);
    }

    /** The number of topics that have a newest event, by rule. */
    public Map<LastRule, Long> counts() {
        Map<LastRule, Long> counts = new LinkedHashMap<>();
        rules.forEach(rule -> counts.put(rule, store.count(rule)));
        return counts;
    }

    @Override
    public void close() {
        store.close();
    }
}
