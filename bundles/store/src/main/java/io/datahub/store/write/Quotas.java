package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.StorageSpace;
import io.datahub.api.record.WriteRequest;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.Usage;
import io.datahub.store.settings.Quota;
import io.datahub.store.settings.StoreSettings;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Enforces quotas on drafts and moves. Unfinished drafts count with the size known so far, so that concurrent drafts
 * can't exceed a quota together. Thread-safe.
 */
public final class Quotas {

    private final MetadataStore metadata;
    private final Usage usage;
    private final Supplier<StoreSettings> settings;

    /** Unfinished drafts; guarded by {@link #usage}. */
    private final Set<Claim> claims = new HashSet<>();

    /** The quotas that the usage was measured for. */
    private volatile List<Quota> measured = List.of();

    public Quotas(MetadataStore metadata, Supplier<StoreSettings> settings) {
        this.metadata = metadata;
        this.settings = settings;
        usage = metadata.usage();
    }

    /** The configured quotas. The first call after they have changed measures the present usage. */
    private List<Quota> current() throws IOException {
        List<Quota> wanted = settings.get().quotas();
        if (!wanted.equals(measured)) {
            synchronized (this) {
                if (!wanted.equals(measured)) {
                    metadata.measure(
                            wanted.stream().map(Quota::prefix).distinct().toList());
                    measured = wanted;
                }
            }
        }
        return wanted;
    }

    /** Creates the claim of a draft, for nothing yet. */
    Claim claim(WriteRequest request) {
        Claim claim = new Claim(request.path(), request.user().name());
        if (!request.path().equals(RecordPath.USERS)) {
            synchronized (usage) {
                claims.add(claim);
            }
        }
        return claim;
    }

    /**
     * A record to be moved.
     *
     * @param entry its index entry
     * @param replaced the index entry of the record that it will replace
     */
    public record Relocation(RecordPath source, RecordPath target, IndexEntry entry, Optional<IndexEntry> replaced) {}

    /**
     * Claims what quotas of the new paths gain by a move; the moved versions count to the user who moves them. The
     * caller closes the claim.
     */
    public Result<Claim> claim(List<Relocation> relocations, String user) throws IOException {
        Claim claim = new MoveClaim(relocations, user);
        claim.reopen();
        Optional<Refusal> refusal = claim.reserve(0, Optional.empty());
        if (refusal.isPresent()) {
            claim.close();
        }
        return refusal.<Result<Claim>>map(Result::refused).orElseGet(() -> Result.done(claim));
    }

    /** The quota that a move takes: the difference of what it adds and what it frees. */
    private final class MoveClaim extends Claim {

        private final List<Relocation> relocations;

        private MoveClaim(List<Relocation> relocations, String user) {
            super(RecordPath.ROOT, user);
            this.relocations = relocations;
        }

        @Override
        boolean concerns(Quota quota) {
            return true;
        }

        @Override
        long bytes(Quota quota) {
            return sum(quota, IndexEntry::size);
        }

        @Override
        long files(Quota quota) {
            return sum(quota, entry -> 1);
        }

        private long sum(Quota quota, ToLongFunction<IndexEntry> amount) {
            long sum = 0;
            for (Relocation each : relocations) {
                if (quota.isOfUser() || quota.appliesTo(each.target(), "")) {
                    sum += amount.applyAsLong(each.entry());
                    sum -= each.replaced()
                            .filter(entry -> isCounted(quota, each.target(), entry))
                            .map(amount::applyAsLong)
                            .orElse(0L);
                }
                if (isCounted(quota, each.source(), each.entry())) {
                    sum -= amount.applyAsLong(each.entry());
                }
            }
            return sum;
        }

        private boolean isCounted(Quota quota, RecordPath path, IndexEntry entry) {
            return quota.isOfUser() ? entry.user().equals(user()) : quota.appliesTo(path, "");
        }
    }

    /** The room that the quotas leave a user below a path, without what unfinished drafts have claimed. */
    StorageSpace space(RecordPath path, String user) throws IOException {
        List<Quota> all = current();
        Claim claim = new Claim(path.isRoot() ? path : RecordPath.of(path + "/x"), user);
        synchronized (usage) {
            StorageSpace space = StorageSpace.UNLIMITED;
            for (Quota quota : all) {
                if (claim.counts(quota, all)) {
                    Usage.Amount now = quota.isOfUser() ? usage.of(user) : usage.below(quota.prefix());
                    space = space.within(new StorageSpace(
                            quota.bytes(),
                            left(quota.bytes(), now.bytes()),
                            quota.files(),
                            left(quota.files(), now.files())));
                }
            }
            return space;
        }
    }

    private static long left(long limit, long used) {
        return limit == Long.MAX_VALUE ? limit : Math.max(0, limit - used);
    }

    /** The quota that one draft takes. */
    public class Claim implements AutoCloseable {

        private final RecordPath path;
        private final String user;

        // Guarded by usage.
        private long size;
        private Optional<IndexEntry> old = Optional.empty();

        private Claim(RecordPath path, String user) {
            this.path = path;
            this.user = user;
        }

        /**
         * Reserves this much; refuses if a quota would be exceeded.
         *
         * @param size of the new version as far as it is known
         * @param old index entry of the version to be replaced
         */
        Optional<Refusal> reserve(long size, Optional<IndexEntry> old) throws IOException {
            List<Quota> current = current();
            synchronized (usage) {
                this.size = size;
                this.old = old;
                return claims.contains(this)
                        ? current.stream()
                                .filter(quota -> isOver(quota, current))
                                .findFirst()
                                .map(this::refusal)
                        : Optional.empty();
            }
        }

        /** Reserves this much; if that is refused, the previous reservation is restored. */
        Optional<Refusal> raise(long size) throws IOException {
            long before = this.size;
            Optional<Refusal> refusal = reserve(size, old);
            if (refusal.isPresent()) {
                reserve(before, old);
            }
            return refusal;
        }

        /** Likewise, if any quota is configured. */
        Optional<Refusal> grow(long size) throws IOException {
            return settings.get().quotas().isEmpty() ? Optional.empty() : raise(size);
        }

        /** Takes this much without asking, since the bytes are there. */
        void settle(long size) {
            synchronized (usage) {
                this.size = size;
            }
        }

        private boolean isOver(Quota quota, List<Quota> all) {
            if (!counts(quota, all)) {
                return false;
            }
            Usage.Amount now = quota.isOfUser() ? usage.of(user) : usage.below(quota.prefix());
            long bytes = now.bytes();
            long files = now.files();
            for (Claim other : claims) {
                if (other != this && (quota.isOfUser() ? other.user.equals(user) : other.concerns(quota))) {
                    bytes += Math.max(0, other.bytes(quota));
                    files += Math.max(0, other.files(quota));
                }
            }
            return (bytes(quota) > 0 && bytes + bytes(quota) > quota.bytes())
                    || (files(quota) > 0 && files + files(quota) > quota.files());
        }

        /** Whether it may count towards a quota of a prefix. */
        boolean concerns(Quota quota) {
            return quota.appliesTo(path, "");
        }

        String user() {
            return user;
        }

        private boolean counts(Quota quota, List<Quota> all) {
            boolean named = quota.user().equals(Quota.EVERYBODY)
                    && all.stream().anyMatch(each -> each.user().equals(user));
            return (quota.isOfUser() ? quota.appliesTo(path, user) : concerns(quota))
                    && !named
                    && !(quota.isOfUser() && user.isEmpty());
        }

        private Optional<IndexEntry> replaced(Quota quota) {
            return old.filter(entry -> !quota.isOfUser() || entry.user().equals(user));
        }

        long bytes(Quota quota) {
            return size - replaced(quota).map(IndexEntry::size).orElse(0L);
        }

        long files(Quota quota) {
            return replaced(quota).isPresent() ? 0 : 1;
        }

        private Refusal refusal(Quota quota) {
            return new Refusal(
                    Reason.NO_ROOM,
                    "the quota " + quota
                            + " is exhausted; delete records that count towards it, or ask an administrator");
        }

        /** Restores a released claim, regardless of what others have reserved in the meantime. */
        void reopen() {
            synchronized (usage) {
                claims.add(this);
            }
        }

        /** Releases the claim; a committed record counts in the usage from then on. */
        @Override
        public void close() {
            synchronized (usage) {
                claims.remove(this);
            }
        }
    }
}
