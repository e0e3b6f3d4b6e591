package io.datahub.store.metadata;

import io.datahub.api.path.RecordPath;
import io.datahub.records.quota.RecordUsage.Amount;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Number and total size of the records below some prefixes and of each user. It is counted once and then updated with
 * each index entry that is added, replaced or removed. A transaction runs under this object's monitor, so a caller
 * that holds it sees all of a transaction or none of it. The users file isn't counted.
 */
public final class Usage {

    /** By measured prefix. Guarded by this. */
    private final Map<String, Amount> prefixes = new HashMap<>();

    /** By user with at least one record. Guarded by this. */
    private final Map<String, Amount> users = new HashMap<>();

    /** Whether anything is measured; guarded by this. */
    private boolean measured;

    private static Amount plus(Amount amount, IndexEntry entry, int sign) {
        return new Amount(amount.bytes() + sign * entry.size(), amount.files() + sign);
    }

    public synchronized Amount below(String prefix) {
        return prefixes.getOrDefault(prefix, Amount.NONE);
    }

    public synchronized Amount of(String user) {
        return users.getOrDefault(user, Amount.NONE);
    }

    /** Recounts everything, for these prefixes and for all users; under the commit lock. */
    synchronized void count(List<String> measuredPrefixes, MetadataDatabase database) {
        prefixes.clear();
        users.clear();
        measured = !measuredPrefixes.isEmpty();
        if (measured) {
            measuredPrefixes.forEach(prefix -> prefixes.put(prefix, Amount.NONE));
            database.index.forEach((key, bytes) -> add(PathKeys.path(key), IndexEntry.unpack(bytes), 1));
        }
    }

    /** Recounts the measured prefixes after the database was reopened. */
    synchronized void recount(MetadataDatabase database) {
        count(List.copyOf(prefixes.keySet()), database);
    }

    synchronized boolean isMeasured() {
        return measured;
    }

    /** Accounts for a changed entry; null where there was, or is, none. */
    synchronized void update(RecordPath path, byte[] before, byte[] after) {
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
        prefixes.replaceAll(
                (prefix, amount) -> path.toString().startsWith(prefix) ? plus(amount, entry, sign) : amount);
        if (!entry.user().isEmpty()) {
            Amount updated = plus(users.getOrDefault(entry.user(), Amount.NONE), entry, sign);
            if (updated.files() == 0) {
                users.remove(entry.user());
            } else {
                users.put(entry.user(), updated);
            }
        }
    }
}
