package io.datahub.store.record;

import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
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
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes records whose time is over, as anybody else would. Of several prefixes the longest counts. The time runs from when a version came to
 * lie on this disk, so a file that is put there with an old date isn't gone at once. For one thread.
 */
final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final int PAGE = 1_000;
    private static final Duration MOST = Duration.ofHours(1);

    /** A walk takes at most so small a part of the time. */
    private static final int REST = 50;

    private final MetadataStore ledger;
    private final Deleter removal;
    private final Supplier<Settings> settings;
    private List<RetentionRule> walked = List.of();
    private Instant next = Instant.MIN;

    Retention(MetadataStore ledger, Deleter removal, Supplier<Settings> settings) {
        this.ledger = ledger;
        this.removal = removal;
        this.settings = settings;
    }

    /** Deletes what is due, if anything can be. */
    void run(Instant now) throws IOException {
        List<RetentionRule> keeps = settings.get().limits().keeps();
        if (keeps.isEmpty() || (keeps.equals(walked) && now.isBefore(next))) {
            return;
        }
        long begin = System.nanoTime();
        Instant due = now.plus(MOST);
        for (RetentionRule keep : keeps) {
            Instant first = walk(keep, keeps, now);
            due = first.isBefore(due) ? first : due;
        }
        Instant rested = now.plusNanos((System.nanoTime() - begin) * REST);
        next = due.isBefore(rested) ? rested : due;
        walked = keeps;
    }

    /** Deletes what is due below one prefix; says when something can be due next. */
    private Instant walk(RetentionRule keep, List<RetentionRule> keeps, Instant now) throws IOException {
        Instant first = now.plus(keep.time());
        String begin =
                keep.prefix().replace('/', PathKeys.begin(RecordPath.of("x")).charAt(1));
        String end = begin + "\uffff".repeat(2);
        String from = begin;
        while (true) {
            List<MetadataStore.Indexed> page = ledger.range(from, end, PAGE);
            for (MetadataStore.Indexed each : page) {
                RecordPath path = PathKeys.path(each.key());
                if (path.equals(RecordPath.USERS) || !longest(keeps, path).equals(keep)) {
                    continue;
                }
                Instant due = IndexEntry.instant(
                                Math.max(each.entry().modified(), each.entry().changed()))
                        .plus(keep.time());
                if (due.isAfter(now)) {
                    first = due.isBefore(first) ? due : first;
                } else {
                    delete(path, each.entry(), keep);
                }
            }
            if (page.size() < PAGE) {
                return first;
            }
            from = page.get(page.size() - 1).key() + '\0';
        }
    }

    private static RetentionRule longest(List<RetentionRule> keeps, RecordPath path) {
        return keeps.stream()
                .filter(keep -> path.toString().startsWith(keep.prefix()))
                .max(Comparator.comparingInt(keep -> keep.prefix().length()))
                .orElseThrow();
    }

    private void delete(RecordPath path, IndexEntry entry, RetentionRule keep) throws IOException {
        WriteRequest request = new WriteRequest(
                User.HUB,
                "retention",
                path,
                current -> current.isPresent() && current.get().etag().equals(Optional.of(entry.etag())),
                OptionalLong.empty(),
                Map.of());
        Result<List<Change>> deleted = removal.delete(request);
        if (deleted.isRefused()) {
            LOG.debug(
                    "event=not-expired path=\"{}\" why=\"{}\"",
                    path,
                    deleted.refusal().orElseThrow().detail());
            return;
        }
        LOG.debug("event=record-expired path=\"{}\" keep=\"{}\"", path, keep);
        removal.removeEmpty(path.parent(), keep.prefix());
    }
}
