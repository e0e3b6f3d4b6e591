package io.datahub.store.write;

import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.records.settings.RetentionRule;
import io.datahub.store.core.StoreContext;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.PathKeys;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes expired records. The rule with the longest matching prefix applies. The retention period starts when a
 * version was put on this disk, so that a file with an old date isn't deleted at once. Deletions are ordinary writes of
 * the hub's own user. Not thread-safe.
 */
public final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int PAGE = 1_000;
    private static final Duration MAX_INTERVAL = Duration.ofHours(1);

    /** After a pass, wait at least this many times its duration. */
    private static final int IDLE_FACTOR = 50;

    private final StoreContext context;
    private final Deleter deleter;
    private List<RetentionRule> appliedRules = List.of();
    private Instant next = Instant.MIN;

    public Retention(StoreContext context, Deleter deleter) {
        this.context = context;
        this.deleter = deleter;
    }

    /** Deletes expired records if any rule is configured and a pass is due. */
    public void run(Instant now) throws IOException {
        List<RetentionRule> rules = context.settings().get().retentionRules();
        if (rules.isEmpty() || (rules.equals(appliedRules) && now.isBefore(next))) {
            return;
        }
        long begin = System.nanoTime();
        Instant due = now.plus(MAX_INTERVAL);
        for (RetentionRule rule : rules) {
            Instant first = deleteExpired(rule, rules, now);
            due = first.isBefore(due) ? first : due;
        }
        Instant earliest = now.plusNanos((System.nanoTime() - begin) * IDLE_FACTOR);
        next = due.isBefore(earliest) ? earliest : due;
        appliedRules = rules;
    }

    /** Deletes expired records below one prefix; returns when the next can expire. */
    private Instant deleteExpired(RetentionRule rule, List<RetentionRule> rules, Instant now) throws IOException {
        Instant first = now.plus(rule.time());
        String begin =
                rule.prefix().replace('/', PathKeys.begin(RecordPath.of("x")).charAt(1));
        String end = begin + "\uffff".repeat(2);
        String from = begin;
        while (true) {
            List<MetadataStore.Indexed> page = context.metadata().range(from, end, PAGE);
            for (MetadataStore.Indexed each : page) {
                RecordPath path = PathKeys.path(each.key());
                if (path.equals(RecordPath.USERS) || !longestMatch(rules, path).equals(rule)) {
                    continue;
                }
                Instant due = stored(each.entry()).plus(rule.time());
                if (due.isAfter(now)) {
                    first = due.isBefore(first) ? due : first;
                } else {
                    delete(path, each.entry(), rule);
                }
            }
            if (page.size() < PAGE) {
                return first;
            }
            from = page.get(page.size() - 1).key() + '\0';
        }
    }

    /** When the version was put at its path on this disk. */
    private static Instant stored(IndexEntry entry) {
        Instant onDisk = IndexEntry.instant(Math.max(entry.modified(), entry.changed()));
        return entry.times().committed().filter(onDisk::isBefore).orElse(onDisk);
    }

    private static RetentionRule longestMatch(List<RetentionRule> rules, RecordPath path) {
        return rules.stream()
                .filter(rule -> path.toString().startsWith(rule.prefix()))
                .max(Comparator.comparingInt(rule -> rule.prefix().length()))
                .orElseThrow();
    }

    private void delete(RecordPath path, IndexEntry entry, RetentionRule rule) throws IOException {
        WriteRequest request = new WriteRequest(
                User.HUB,
                "retention",
                path,
                current -> current.isPresent() && current.get().etag().equals(Optional.of(entry.etag())),
                OptionalLong.empty(),
                Map.of());
        Result<List<Change>> deleted = deleter.delete(request);
        if (deleted.isRefused()) {
            LOG.debug(
                    "event=store.record.expiry-refused path={} reason={}",
                    LogText.quoted(path),
                    LogText.quoted(deleted.refusal().orElseThrow().detail()));
            return;
        }
        LOG.debug("event=store.record.expired path={} keepDays={}", LogText.quoted(path), LogText.quoted(rule));
        deleter.removeEmpty(path.parent(), rule.prefix());
    }
}
