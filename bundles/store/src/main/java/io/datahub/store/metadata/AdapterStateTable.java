package io.datahub.store.metadata;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.state.StateChange;
import io.datahub.api.state.StateEntry;
import io.datahub.api.state.StateLimits;
import io.datahub.store.pages.ChecksummedMap;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.h2.mvstore.MVStore;

/**
 * The entries of all adapters, their sizes, and the order in which they expire. Updates run under the commit lock and
 * are as durable as the transaction that they are part of; reads may run at any time.
 */
final class AdapterStateTable {

    /** Sorts before every character of a key. */
    private static final String SEPARATOR = "\u0000";

    /** The name under which the size of all adapters together is kept; no adapter has it. */
    private static final String ALL = "";

    private static final int HEADER_BYTES = 2 * Long.BYTES;
    private static final long NEVER = 0;

    /** How many expired entries an update removes on its way: more than it can add. */
    private static final int EXPIRED_PER_UPDATE = 2 * StateLimits.MAX_CHANGES;

    private final ChecksummedMap<String> entries;
    private final ChecksummedMap<String> expiries;
    private final ChecksummedMap<String> sizes;

    AdapterStateTable(MVStore store) {
        entries = ChecksummedMap.withTextKeys(store, "adapters");
        expiries = ChecksummedMap.withTextKeys(store, "adapterExpiries");
        sizes = ChecksummedMap.withTextKeys(store, "adapterSizes");
    }

    /**
     * The size of an adapter's entries.
     *
     * @param bytes as {@link StateLimits#MAX_BYTES} counts them, including expired entries that are not removed yet
     * @param revision of the latest update of all adapters; zero for a single adapter
     */
    record Size(long bytes, long entries, long revision) {

        static final Size NONE = new Size(0, 0, 0);

        Size plus(long moreBytes, long moreEntries) {
            return new Size(bytes + moreBytes, entries + moreEntries, revision);
        }

        private byte[] pack() {
            return ByteBuffer.allocate(3 * Long.BYTES)
                    .putLong(bytes)
                    .putLong(entries)
                    .putLong(revision)
                    .array();
        }

        private static Size unpack(byte[] bytes) {
            ByteBuffer packed = ByteBuffer.wrap(bytes);
            return new Size(packed.getLong(), packed.getLong(), packed.getLong());
        }
    }

    Optional<StateEntry> get(String adapter, String key, Instant now) {
        byte[] packed = entries.get(adapter + SEPARATOR + key);
        return isLive(packed, now) ? Optional.of(unpack(key, packed)) : Optional.empty();
    }

    List<StateEntry> list(String adapter, String prefix, String after, int limit, Instant now) {
        String begin = adapter + SEPARATOR;
        String from = begin + (after.compareTo(prefix) > 0 ? after : prefix);
        List<StateEntry> found = new ArrayList<>();
        entries.forEachFrom(from, (fullKey, packed) -> {
            boolean inRange = fullKey.startsWith(begin + prefix);
            String key = inRange ? fullKey.substring(begin.length()) : "";
            if (inRange && isLive(packed, now) && key.compareTo(after) > 0) {
                found.add(unpack(key, packed));
            }
            return inRange && found.size() < limit;
        });
        return found;
    }

    /** Reads all entries; one that is corrupt is thrown as such. */
    void verify() {
        entries.forEach((key, packed) -> {});
        expiries.forEach((key, packed) -> {});
        sizes.forEach((adapter, packed) -> {});
    }

    /** The sizes of all adapters that have entries, by name. */
    Map<String, Size> sizes() {
        Map<String, Size> all = new HashMap<>();
        sizes.forEach((adapter, packed) -> {
            if (!adapter.equals(ALL)) {
                all.put(adapter, Size.unpack(packed));
            }
        });
        return all;
    }

    /** Makes all changes or none; under the commit lock. */
    Result<Long> update(String adapter, List<StateChange> changes, Instant now) {
        removeExpired(now, EXPIRED_PER_UPDATE);
        long bytes = 0;
        for (StateChange change : changes) {
            byte[] before = entries.get(adapter + SEPARATOR + change.key());
            if (!change.holds(isLive(before, now) ? OptionalLong.of(revision(before)) : OptionalLong.empty())) {
                return Result.refused(
                        Reason.PRECONDITION_FAILED, "the entry has another revision; read it again before changing it");
            }
            long after = change.value()
                    .map(value -> size(change.key(), value.length))
                    .orElse(0L);
            bytes += after - (before == null ? 0 : size(change.key(), before.length - HEADER_BYTES));
        }
        Optional<Result<Long>> refusal = bytes > 0 ? noRoom(adapter, bytes) : Optional.empty();
        return refusal.orElseGet(() -> {
            long revision = nextRevision();
            changes.forEach(change -> apply(adapter, change, revision, now));
            return Result.done(revision);
        });
    }

    private Optional<Result<Long>> noRoom(String adapter, long bytes) {
        if (size(adapter).bytes() + bytes > StateLimits.MAX_BYTES) {
            return Optional.of(Result.refused(
                    Reason.NO_ROOM,
                    "the state of " + adapter + " would be larger than " + StateLimits.MAX_BYTES
                            + " bytes; delete entries, or keep them for a shorter time"));
        }
        if (size(ALL).bytes() + bytes > StateLimits.MAX_TOTAL_BYTES) {
            return Optional.of(Result.refused(
                    Reason.NO_ROOM,
                    "the state of all adapters would be larger than " + StateLimits.MAX_TOTAL_BYTES + " bytes"));
        }
        return Optional.empty();
    }

    /** Revisions continue after a database that was lost, as the time does, so that none is used again. */
    private long nextRevision() {
        Size all = size(ALL);
        long revision = Math.max(all.revision(), Instant.now().toEpochMilli()) + 1;
        sizes.put(ALL, new Size(all.bytes(), all.entries(), revision).pack());
        return revision;
    }

    private void apply(String adapter, StateChange change, long revision, Instant now) {
        String fullKey = adapter + SEPARATOR + change.key();
        remove(fullKey);
        change.value().ifPresent(value -> {
            long expires =
                    change.keepFor().map(time -> now.plus(time).toEpochMilli()).orElse(NEVER);
            byte[] packed = ByteBuffer.allocate(HEADER_BYTES + value.length)
                    .putLong(revision)
                    .putLong(expires)
                    .put(value)
                    .array();
            entries.put(fullKey, packed);
            if (expires != NEVER) {
                expiries.put(expiryKey(expires, fullKey), new byte[0]);
            }
            count(adapter, size(change.key(), value.length), 1);
        });
    }

    private void remove(String fullKey) {
        byte[] packed = entries.remove(fullKey);
        if (packed != null) {
            if (expires(packed) != NEVER) {
                expiries.remove(expiryKey(expires(packed), fullKey));
            }
            int separator = fullKey.indexOf(SEPARATOR);
            long bytes = size(fullKey.substring(separator + 1), packed.length - HEADER_BYTES);
            count(fullKey.substring(0, separator), -bytes, -1);
        }
    }

    private void count(String adapter, long bytes, int count) {
        for (String name : List.of(adapter, ALL)) {
            Size after = size(name).plus(bytes, count);
            if (after.entries() == 0 && !name.equals(ALL)) {
                sizes.remove(name);
            } else {
                sizes.put(name, after.pack());
            }
        }
    }

    boolean hasExpired(Instant now) {
        String first = expiries.firstKey();
        return first != null && first.compareTo(expiryKey(now.toEpochMilli() + 1, "")) < 0;
    }

    /** Removes entries that have expired, at most this many; returns how many. Under the commit lock. */
    int removeExpired(Instant now, int limit) {
        int removed = 0;
        while (removed < limit && hasExpired(now)) {
            String first = expiries.firstKey();
            remove(first.substring(first.indexOf(SEPARATOR) + 1));
            removed++;
        }
        return removed;
    }

    private Size size(String adapter) {
        byte[] packed = sizes.get(adapter);
        return packed == null ? Size.NONE : Size.unpack(packed);
    }

    private static long size(String key, int valueBytes) {
        return StateLimits.ENTRY_BYTES + key.getBytes(StandardCharsets.UTF_8).length + (long) valueBytes;
    }

    private static String expiryKey(long millis, String fullKey) {
        return HexFormat.of().toHexDigits(millis) + SEPARATOR + fullKey;
    }

    private static boolean isLive(byte[] packed, Instant now) {
        return packed != null && (expires(packed) == NEVER || expires(packed) > now.toEpochMilli());
    }

    private static long revision(byte[] packed) {
        return ByteBuffer.wrap(packed).getLong();
    }

    private static long expires(byte[] packed) {
        return ByteBuffer.wrap(packed).getLong(Long.BYTES);
    }

    private static StateEntry unpack(String key, byte[] packed) {
        long expires = expires(packed);
        return new StateEntry(
                key,
                Arrays.copyOfRange(packed, HEADER_BYTES, packed.length),
                revision(packed),
                expires == NEVER ? Optional.empty() : Optional.of(Instant.ofEpochMilli(expires)));
    }
}
