package io.datahub.cluster.write;

import io.datahub.api.cluster.LedgerRecords;
import io.datahub.api.cluster.Usage;
import io.datahub.api.path.RecordPath;
import io.datahub.records.quota.Quotas;
import io.datahub.records.quota.RecordUsage;
import io.datahub.records.settings.Quota;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is stored according to the ledger. It is asked before each decision; the ledger itself decides again on commit.
 * Thread-safe.
 */
public final class LedgerUsage implements RecordUsage {

    private final LedgerRecords records;
    private final Set<Usage.Subject> measured = ConcurrentHashMap.newKeySet();
    private final Map<Usage.Subject, Usage> amounts = new ConcurrentHashMap<>();

    public LedgerUsage(LedgerRecords records) {
        this.records = records;
    }

    @Override
    public void refresh(List<String> prefixes, String user) throws IOException {
        if (prefixes.isEmpty()) {
            return;
        }
        List<Usage.Subject> subjects = new ArrayList<>();
        prefixes.forEach(prefix -> subjects.add(new Usage.Prefix(prefix)));
        if (!user.isEmpty()) {
            subjects.add(new Usage.Owner(user));
        }
        if (!measured.containsAll(subjects)) {
            records.measure(subjects);
            measured.addAll(subjects);
        }
        amounts.putAll(records.usage(subjects));
    }

    @Override
    public Amount below(String prefix) {
        return amount(new Usage.Prefix(prefix));
    }

    @Override
    public Amount of(String user) {
        return amount(new Usage.Owner(user));
    }

    private Amount amount(Usage.Subject subject) {
        Usage usage = amounts.getOrDefault(subject, Usage.NONE);
        return new Amount(usage.bytes(), usage.files());
    }

    /** The limits for a record of a user at a path. */
    public static List<Usage.Limit> limits(Quotas quotas, RecordPath path, String user) {
        return path.equals(RecordPath.USERS)
                ? List.of()
                : quotas.applying(path, user).stream()
                        .map(quota -> limit(quota, user))
                        .toList();
    }

    private static Usage.Limit limit(Quota quota, String user) {
        return new Usage.Limit(
                quota.isOfUser() ? new Usage.Owner(user) : new Usage.Prefix(quota.prefix()),
                quota.bytes(),
                quota.files());
    }
}
