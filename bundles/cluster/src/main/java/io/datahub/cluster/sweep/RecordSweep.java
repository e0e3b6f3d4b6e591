package io.datahub.cluster.sweep;

import io.datahub.api.cluster.Expectation;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.LedgerRecords;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.cluster.commit.AnnouncedCommit;
import io.datahub.cluster.engine.LedgerClock;
import io.datahub.records.settings.RetentionRule;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes records that are older than the rules keep them; the rule with the longest matching prefix applies. */
public final class RecordSweep implements Sweeper.Sweep {

    private static final Logger LOG = LoggerFactory.getLogger(RecordSweep.class);

    private static final int PAGE = 1_000;
    private static final Duration INTERVAL = Duration.ofMinutes(5);

    private final LedgerRecords records;
    private final AnnouncedCommit commits;
    private final Supplier<List<RetentionRule>> rules;
    private final LedgerClock clock;
    private Instant next = Instant.MIN;

    public RecordSweep(
            LedgerRecords records, AnnouncedCommit commits, Supplier<List<RetentionRule>> rules, LedgerClock clock) {
        this.records = records;
        this.commits = commits;
        this.rules = rules;
        this.clock = clock;
    }

    @Override
    public void run(Sweeper.Lease lease) throws IOException {
        if (rules.get().isEmpty()) {
            return;
        }
        Instant now = clock.now();
        if (now.isBefore(next)) {
            return;
        }
        next = now.plus(INTERVAL);
        for (RecordPath after = RecordPath.ROOT; after != null; ) {
            if (!lease.renew()) {
                return;
            }
            List<LedgerRecord> page = records.recordsBelow(RecordPath.ROOT, after, PAGE);
            for (LedgerRecord each : page) {
                if (isExpired(each, now)) {
                    delete(each);
                }
            }
            after = page.size() < PAGE ? null : page.get(page.size() - 1).path();
        }
    }

    private boolean isExpired(LedgerRecord record, Instant now) {
        RetentionRule longest = null;
        for (RetentionRule rule : rules.get()) {
            if (record.path().toString().startsWith(rule.prefix())
                    && (longest == null
                            || rule.prefix().length() > longest.prefix().length())) {
                longest = rule;
            }
        }
        return longest != null
                && !record.path().equals(RecordPath.USERS)
                && record.modified().plus(longest.time()).isBefore(now);
    }

    private void delete(LedgerRecord record) throws IOException {
        Outcome outcome = commits.commit("", new Operation.Delete(record.path(), Expectation.of(record.etag())));
        LOG.debug("event=cluster.record.expired path={} deleted={}", LogText.quoted(record.path()), outcome);
        for (RecordPath each = record.path().parent();
                outcome instanceof Outcome.Committed && !each.isRoot();
                each = each.parent()) {
            outcome = commits.commit("", new Operation.RemoveDirectory(each, true));
        }
    }
}
