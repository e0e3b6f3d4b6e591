package io.datahub.test.cluster;

import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerDraft;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.cluster.Usage;
import io.datahub.api.path.RecordPath;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** What a {@link MemoryLedger} holds. Guarded by the ledger. */
final class LedgerState {

    /** The order of names: that of the bytes. */
    static final Comparator<String> BYTES = (one, other) ->
            Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));

    private static final Comparator<RecordPath> ORDER = Comparator.comparing(
                    (RecordPath path) -> path.parent().toString(), BYTES)
            .thenComparing(RecordPath::name, BYTES);

    final NavigableMap<RecordPath, LedgerRecord> records = new TreeMap<>(ORDER);
    final NavigableMap<RecordPath, LedgerDirectory> directories = new TreeMap<>(ORDER);
    final NavigableMap<Long, LedgerEntry> journal = new TreeMap<>();
    final Map<UUID, Outcome> decided = new HashMap<>();
    final Map<String, LedgerDraft> drafts = new LinkedHashMap<>();
    final Set<Usage.Subject> measured = new HashSet<>();
    final LedgerKept kept = new LedgerKept();

    private final Map<String, Instant> dead = new LinkedHashMap<>();
    private final Set<String> forgotten = new HashSet<>();
    private final InstantSource clock;
    private final Deque<Runnable> undo = new ArrayDeque<>();

    private Optional<String> importing = Optional.empty();
    private String epoch = "memory";
    private long newest;
    private long trimmed;
    private Instant latest = Instant.EPOCH;

    LedgerState(InstantSource clock) {
        this.clock = clock;
        directories.put(RecordPath.ROOT, new LedgerDirectory(RecordPath.ROOT, now(), true));
    }

    /** The time, which never goes backwards. */
    Instant now() {
        Instant time = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        latest = time.isAfter(latest) ? time : latest;
        return latest;
    }

    long newest() {
        return newest;
    }

    long oldest() {
        return trimmed;
    }

    String epoch() {
        return epoch;
    }

    /** The epoch of an import that isn't finished. */
    Optional<String> importing() {
        return importing;
    }

    /** Deletes everything for an import. */
    void beginImport(String of) {
        importing = Optional.of(of);
        epoch = of;
        newest = 0;
        trimmed = 0;
        records.clear();
        directories.keySet().removeIf(path -> !path.isRoot());
        journal.clear();
        decided.clear();
        drafts.clear();
        Set<String> blobs = kept.blobs();
        kept.clear();
        blobs.forEach(blob -> dead.putIfAbsent(blob, now()));
    }

    void finishImport(long oldest, long last) {
        importing = Optional.empty();
        trimmed = oldest;
        newest = last;
        journal.values().stream()
                .map(LedgerEntry::time)
                .max(Comparator.naturalOrder())
                .ifPresent(time -> latest = time);
    }

    /** Changes from now on can be undone. */
    void begin() {
        undo.clear();
    }

    /** Undoes all changes since the last call of {@link #begin}. */
    void undo() {
        while (!undo.isEmpty()) {
            undo.pop().run();
        }
    }

    /** Stores a value; null removes it. */
    <K, V> void set(Map<K, V> map, K key, V value) {
        V before = value == null ? map.remove(key) : map.put(key, value);
        undo.push(() -> {
            if (before == null) {
                map.remove(key);
            } else {
                map.put(key, before);
            }
        });
    }

    void append(LedgerEntry entry) {
        set(journal, entry.number(), entry);
        newest++;
        undo.push(() -> newest--);
    }

    /** Deletes the oldest entry of the journal. */
    void trimOldest() {
        trimmed = journal.pollFirstEntry().getKey();
    }

    /** Takes a number that no entry has. */
    long skip() {
        newest++;
        return newest;
    }

    /** The blob is dead if nothing has it. */
    void release(String blob, Instant time) {
        if (!isUsed(blob) && !dead.containsKey(blob)) {
            set(dead, blob, time);
        }
    }

    boolean isUsed(String blob) {
        return records.values().stream().anyMatch(record -> record.blob().equals(blob))
                || drafts.values().stream()
                        .anyMatch(draft -> draft.parts().stream()
                                .anyMatch(part -> part.blob().equals(blob)))
                || kept.blobs().contains(blob);
    }

    boolean isGone(String blob) {
        return dead.containsKey(blob) || forgotten.contains(blob);
    }

    /** The keys of dead blobs, with the time of their death. */
    Map<String, Instant> dead() {
        return dead;
    }

    void forget(String blob) {
        dead.remove(blob);
        forgotten.add(blob);
    }

    Usage usage(Usage.Subject subject) {
        Usage sum = Usage.NONE;
        for (LedgerRecord record : records.values()) {
            if (includes(subject, record)) {
                sum = sum.plus(record.size(), 1);
            }
        }
        return sum;
    }

    private static boolean includes(Usage.Subject subject, LedgerRecord record) {
        return subject instanceof Usage.Prefix prefix
                ? prefix.includes(record.path())
                : subject.equals(new Usage.Owner(record.user()))
                        && !record.path().equals(RecordPath.USERS);
    }

    boolean isLive(LedgerDraft draft) {
        return !draft.committed() && draft.expires().isAfter(now());
    }

    Instant after(Duration time) {
        return now().plus(time);
    }

    Optional<LedgerRecord> record(RecordPath path) {
        return Optional.ofNullable(records.get(path));
    }
}
