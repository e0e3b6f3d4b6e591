package io.datahub.store.metadata;

import io.datahub.api.record.RecordPath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many bytes and records there are below some prefixes and of each user. It is counted once, and then kept by each entry
 * that is made or goes, whoever's doing that is. A transaction works under this object's monitor, so whoever holds that sees
 * all of one or nothing. The users file doesn't count.
 */
public final class Usage {

    /** Below each prefix that is measured. Guarded by this. */
    private final Map<String, Amount> prefixes = new HashMap<>();

    /** Of each user that has records; the monitor guards it. */
    private final Map<String, Amount> users = new HashMap<>();

    /** Whether anything is measured; guarded by this. */
    private boolean measured;

    /** So many bytes in so many records. */
    public record Amount(long bytes, long files) {

        static final Amount NONE = new Amount(0, 0);

        private Amount plus(IndexEntry entry, int sign) {
            return new Amount(bytes + sign * entry.size(), files + sign);
        }
    }

    public synchronized Amount below(String prefix) {
        return prefixes.getOrDefault(prefix, Amount.NONE);
    }

    public synchronized Amount of(String user) {
        return users.getOrDefault(user, Amount.NONE);
    }

    /** Counts everything anew, for these prefixes and for all users; under the ledger's lock. */
    synchronized void count(List<String> wanted, MetadataDatabase books) {
        prefixes.clear();
        users.clear();
        measured = !wanted.isEmpty();
        if (measured) {
            wanted.forEach(prefix -> prefixes.put(prefix, Amount.NONE));
            books.index.forEach((key, bytes) -> add(PathKeys.path(key), IndexEntry.unpack(bytes), 1));
        }
    }

    /** Counts again what was measured, after the books were opened again. */
    synchronized void recount(MetadataDatabase books) {
        count(List.copyOf(prefixes.keySet()), books);
    }

    synchronized boolean isMeasured() {
        return measured;
    }

    /** Takes account of an entry; null where there was, or is, none. */
    synchronized void changed(RecordPath path, byte[] before, byte[] after) {
        if (measured) {
            if (before != null) {
                add(path, IndexEntry.unpack(before), -1);
            }
            if (after != null) {
                add(path, IndexEntry.unpack(after), 1);
            }
        }
    }

    private void add(RecordPath path, IndexEntry entry, int sign) {
        if (path.equals(RecordPath.USERS)) {
            return;
        }
        prefixes.replaceAll((prefix, amount) -> path.toString().startsWith(prefix) ? amount.plus(entry, sign) : amount);
        if (!entry.user().isEmpty()) {
            Amount now = users.getOrDefault(entry.user(), Amount.NONE).plus(entry, sign);
            if (now.files() == 0) {
                users.remove(entry.user());
            } else {
                users.put(entry.user(), now);
            }
        }
    }
}
