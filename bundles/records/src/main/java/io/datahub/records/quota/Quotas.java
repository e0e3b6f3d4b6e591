package io.datahub.records.quota;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.StorageSpace;
import io.datahub.api.record.WriteRequest;
import io.datahub.records.settings.Quota;
import io.datahub.records.settings.StoreSettings;
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

    private final RecordUsage usage;
    private final Object lock;
    private final Supplier<StoreSettings> settings;

    /** Unfinished drafts; guarded by {@link #lock}. */
    private final Set<Claim> claims = new HashSet<>();

    /**
     * @param usage what is stored
     * @param lock held while quotas are compared with what is stored and what drafts claim; whoever changes the usage
     *     may hold it, too, so that a record doesn't count twice
     */
    public Quotas(RecordUsage usage, Object lock, Supplier<StoreSettings> settings) {
        this.usage = usage;
        this.lock = lock;
        this.settings = settings;
    }

    /** The configured quotas, after the usage for them was brought up to date. */
    private List<Quota> current(String user) throws IOException {
        List<Quota> quotas = settings.get().quotas();
        usage.refresh(
                quotas.isEmpty()
                        ? List.of()
                        : quotas.stream().map(Quota::prefix).distinct().toList(),
                user);
        return quotas;
    }

    /** Creates the claim of a draft, for nothing yet. */
    public Claim claim(WriteRequest request) {
        Claim claim = new Claim(request.path(), request.user().name());
        if (!request.path().equals(RecordPath.USERS)) {
            synchronized (lock) {
                claims.add(claim);
            }
        }
        return claim;
    }

    /**
     * A record to be moved.
     *
     * @param entry its index entry
     * @param replaced the what counts of the record that it will replace
     */
    public record Relocation(RecordPath source, RecordPath target, Counted entry, Optional<Counted> replaced) {}

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
            return sum(quota, Counted::size);
        }

        @Override
        long files(Quota quota) {
            return sum(quota, entry -> 1);
        }

        private long sum(Quota quota, ToLongFunction<Counted> amount) {
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

        private boolean isCounted(Quota quota, RecordPath path, Counted entry) {
            return quota.isOfUser() ? entry.user().equals(user()) : quota.appliesTo(path, "");
        }
    }

    /** The quotas that a record of a user at a path counts to. */
    public List<Quota> applying(RecordPath path, String user) {
        List<Quota> all = settings.get().quotas();
        Claim claim = new Claim(path, user);
        return all.stream().filter(quota -> claim.counts(quota, all)).toList();
    }

    /** The room that the quotas leave a user below a path, without what unfinished drafts have claimed. */
    public StorageSpace space(RecordPath path, String user) throws IOException {
        List<Quota> all = current(user);
        Claim claim = new Claim(path.isRoot() ? path : RecordPath.of(path + "/x"), user);
        synchronized (lock) {
            StorageSpace space = StorageSpace.UNLIMITED;
            for (Quota quota : all) {
                if (claim.counts(quota, all)) {
                    RecordUsage.Amount now = quota.isOfUser() ? usage.of(user) : usage.below(quota.prefix());
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

        // Guarded by lock.
        private long size;
        private Optional<Counted> old = Optional.empty();

        private Claim(RecordPath path, String user) {
            this.path = path;
            this.user = user;
        }

        /**
         * Reserves this much; refuses if a quota would be exceeded.
         *
         * @param size of the new version as far as it is known
         * @param old what counts of the version to be replaced
         */
        public Optional<Refusal> reserve(long size, Optional<Counted> old) throws IOException {
            List<Quota> current = current(user);
            synchronized (lock) {
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
        public Optional<Refusal> raise(long size) throws IOException {
            long before = this.size;
            Optional<Refusal> refusal = reserve(size, old);
            if (refusal.isPresent()) {
                reserve(before, old);
            }
            return refusal;
        }

        /** Likewise, if any quota is configured. */
        public Optional<Refusal> grow(long size) throws IOException {
            return settings.get().quotas().isEmpty() ? Optional.empty() : raise(size);
        }

        /** Takes this much without asking, since the bytes are there. */
        public void settle(long size) {
            synchronized (lock) {
                this.size = size;
            }
        }

        private boolean isOver(Quota quota, List<Quota> all) {
            if (!counts(quota, all)) {
                return false;
            }
            RecordUsage.Amount now = quota.isOfUser() ? usage.of(user) : usage.below(quota.prefix());
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

        private Optional<Counted> replaced(Quota quota) {
            return old.filter(entry -> !quota.isOfUser() || entry.user().equals(user));
        }

        long bytes(Quota quota) {
            return size - replaced(quota).map(Counted::size).orElse(0L);
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
        public void reopen() {
            synchronized (lock) {
                claims.add(this);
            }
        }

        /** Releases the claim; a committed record counts in the usage from then on. */
        @Override
        public void close() {
            synchronized (lock) {
                claims.remove(this);
            }
        }
    }
}
