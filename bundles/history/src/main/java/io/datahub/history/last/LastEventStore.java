package io.datahub.history.last;

import io.datahub.api.log.LogText;
import io.datahub.history.rules.LastRule;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest events on disk: for each rule a map from topics to events, and one from their numbers to topics, so that the
 * topic without an event for the longest time is known. Both are B-trees of which a cache of bounded size is in memory, so
 * neither the start nor the memory depend on the number of topics. Written by one thread at a time, and read by any.
 */
final class LastEventStore implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(LastEventStore.class);
    private static final String FILE = "last.mv";
    private static final String SIZES = "sizes";
    private static final int CACHE_MIB = 16;
    private static final int RETENTION_MILLIS = 1_000;
    private static final int COMPACT_FILL_RATE = 60;
    private static final int COMPACT_BYTES = 4 << 20;
    private static final long PAGE_BYTES = 1 << 20;

    /** What says that the file can't be read, now or later. */
    private static final Set<Integer> CORRUPT = Set.of(
            DataUtils.ERROR_FILE_CORRUPT,
            DataUtils.ERROR_CHUNK_NOT_FOUND,
            DataUtils.ERROR_BLOCK_NOT_FOUND,
            DataUtils.ERROR_UNSUPPORTED_FORMAT,
            DataUtils.ERROR_SERIALIZATION);

    private final MVStore store;
    private final Path snapshot;
    /** The bytes of the events of each rule, by its prefix. */
    private final MVMap<String, Long> sizes;

    /** By prefix. */
    private volatile Map<String, RuleMaps> rules = Map.of();

    /** The events of one rule. */
    private record RuleMaps(LastRule rule, MVMap<String, byte[]> events, MVMap<Long, String> byNumber) {}

    /** @param snapshot exists while a backup copies the files: then nothing in them may be overwritten */
    LastEventStore(Path folder, Path snapshot) throws IOException {
        this.snapshot = snapshot;
        Path file = folder.resolve(FILE);
        MVStore opened;
        try {
            opened = open(file);
        } catch (MVStoreException e) {
            if (!CORRUPT.contains(e.getErrorCode())) {
                throw new IOException("the newest events of topics can't be opened: " + file, e);
            }
            Path damaged = folder.resolve(FILE + ".damaged");
            Files.deleteIfExists(damaged);
            Files.move(file, damaged);
            LOG.error(
                    "event=history.last.damaged file={} consequence=\"the newest events of topics are forgotten\"",
                    LogText.quoted(damaged),
                    e);
            opened = open(file);
        }
        store = opened;
        sizes = store.openMap(SIZES);
    }

    private static MVStore open(Path file) {
        MVStore store = new MVStore.Builder()
                .fileName(file.toString())
                .cacheSize(CACHE_MIB)
                .autoCommitDisabled()
                .open();
        store.setRetentionTime(RETENTION_MILLIS);
        store.setVersionsToKeep(0);
        return store;
    }

    /** Applies rules; events of topics that have none any more are deleted. */
    void configure(List<LastRule> changed) {
        Map<String, RuleMaps> maps = new HashMap<>();
        for (LastRule rule : changed) {
            RuleMaps opened = new RuleMaps(
                    rule, store.openMap("events:" + rule.prefix()), store.openMap("numbers:" + rule.prefix()));
            if (!sizes.containsKey(rule.prefix())) {
                long bytes = 0;
                for (byte[] stored : opened.events().values()) {
                    bytes += stored.length;
                }
                sizes.put(rule.prefix(), bytes);
            }
            maps.put(rule.prefix(), opened);
        }
        for (String name : List.copyOf(store.getMapNames())) {
            if (!name.equals(SIZES) && changed.stream().noneMatch(rule -> isMap(name, rule))) {
                store.removeMap(name);
            }
        }
        List.copyOf(sizes.keySet()).stream()
                .filter(prefix -> !maps.containsKey(prefix))
                .forEach(sizes::remove);
        rules = Map.copyOf(maps);
    }

    private static boolean isMap(String name, LastRule rule) {
        return name.equals("events:" + rule.prefix()) || name.equals("numbers:" + rule.prefix());
    }

    /**
     * Stores events; those of rules that have been removed are ignored.
     *
     * @param delivered the number of the last event that can't be refused any more
     * @param replaced where it is noted what later ones have replaced, also if this fails
     */
    void put(Map<String, ? extends Iterable<LastEvent>> events, long delivered, List<Replaced> replaced) {
        events.forEach((prefix, all) -> {
            RuleMaps maps = rules.get(prefix);
            if (maps != null) {
                long bytes = sizes.get(prefix);
                long newest = 0;
                for (LastEvent event : all) {
                    byte[] stored = event.isRemoval() ? new byte[0] : event.bytes();
                    byte[] before = put(maps, event, stored);
                    bytes += (long) stored.length - (before == null ? 0 : before.length);
                    if (event.number() > delivered) {
                        replaced.add(new Replaced(
                                prefix,
                                event.number(),
                                before == null
                                        ? LastEvent.none(event.topic())
                                        : LastEvent.read(event.topic(), before)));
                        newest = Math.max(newest, event.number());
                    }
                }
                sizes.put(prefix, bytes - forget(maps, bytes, newest, replaced));
            }
        });
        store.setReuseSpace(!Files.exists(snapshot));
        store.commit();
    }

    /**
     * Removes what has been there for the longest time, as far as there is too much.
     *
     * @param newest the number of the last event that may still be refused; 0 if there is none
     * @param replaced where that is noted
     * @return how many bytes were removed
     */
    private static long forget(RuleMaps maps, long bytes, long newest, List<Replaced> replaced) {
        long removed = 0;
        while (maps.events().sizeAsLong() > maps.rule().topics()
                || bytes - removed > maps.rule().bytes()) {
            String topic = maps.byNumber().remove(maps.byNumber().firstKey());
            byte[] stored = maps.events().remove(topic);
            removed += stored.length;
            if (newest > 0) {
                replaced.add(new Replaced(maps.rule().prefix(), newest, LastEvent.read(topic, stored)));
            }
        }
        return removed;
    }

    /** Stores an event; returns the one that it replaces, or null. */
    private static byte[] put(RuleMaps maps, LastEvent event, byte[] stored) {
        byte[] before = event.isRemoval()
                ? maps.events().remove(event.topic())
                : maps.events().put(event.topic(), stored);
        if (before != null) {
            maps.byNumber().remove(LastEvent.number(before));
        }
        if (!event.isRemoval()) {
            maps.byNumber().put(event.number(), event.topic());
        }
        return before;
    }

    /** Flushes what was stored. */
    void flush() {
        store.sync();
    }

    /** Rewrites some of what is scattered over the file. */
    void compact() {
        if (!Files.exists(snapshot)) {
            store.compact(COMPACT_FILL_RATE, COMPACT_BYTES);
        }
    }

    long count(LastRule rule) {
        RuleMaps maps = rules.get(rule.prefix());
        return maps == null ? 0 : maps.events().sizeAsLong();
    }

    /**
     * Reads the events of a prefix in the order of their topics.
     *
     * @param after begins after this topic; empty for the beginning
     * @return some events; none at the end
     */
    List<LastEvent> read(LastRule rule, String prefix, String after, int max) {
        List<LastEvent> events = new ArrayList<>();
        RuleMaps maps = rules.get(rule.prefix());
        if (maps == null) {
            return events;
        }
        long bytes = 0;
        Cursor<String, byte[]> found = maps.events().cursor(after.isEmpty() ? prefix : after);
        while (found.hasNext() && events.size() < max && bytes < PAGE_BYTES) {
            String topic = found.next();
            if (!topic.startsWith(prefix)) {
                break;
            }
            if (!topic.equals(after)) {
                events.add(LastEvent.read(topic, found.getValue()));
                bytes += found.getValue().length;
            }
        }
        return events;
    }

    /** The number of a topic's event; 0 if there is none. */
    long number(LastRule rule, String topic) {
        RuleMaps maps = rules.get(rule.prefix());
        byte[] stored = maps == null ? null : maps.events().get(topic);
        return stored == null ? 0 : LastEvent.number(stored);
    }

    @Override
    public void close() {
        store.close();
    }
}
