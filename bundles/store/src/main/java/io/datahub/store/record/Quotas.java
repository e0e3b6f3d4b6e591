package io.datahub.store.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.WriteRequest;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.Usage;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Holds uploads to the quotas. What is on its way counts too, as far as it is known, so that many uploads at once can't take
 * more together than each of them could alone. For any thread.
 */
final class Quotas {

    private final MetadataStore ledger;
    private final Usage usage;
    private final Supplier<Settings> settings;

    /** What is on its way; guarded by {@link #usage}. */
    private final Set<Claim> claims = new HashSet<>();

    /** What the usage was counted for. */
    private volatile List<Quota> counted = List.of();

    Quotas(MetadataStore ledger, Supplier<Settings> settings) {
        this.ledger = ledger;
        this.settings = settings;
        usage = ledger.usage();
    }

    /** The quotas in force; the first call after they changed counts what there is. */
    private List<Quota> present() throws IOException {
        List<Quota> wanted = settings.get().limits().quotas();
        if (!wanted.equals(counted)) {
            synchronized (this) {
                if (!wanted.equals(counted)) {
                    ledger.measure(wanted.stream().map(Quota::prefix).distinct().toList());
                    counted = wanted;
                }
            }
        }
        return wanted;
    }

    /** Claims the room for an upload; nothing yet. */
    Claim claim(WriteRequest request) {
        Claim claim = new Claim(request.path(), request.user().name());
        if (!request.path().equals(RecordPath.USERS)) {
            synchronized (usage) {
                claims.add(claim);
            }
        }
        return claim;
    }

    /** The room that one upload takes. */
    final class Claim implements AutoCloseable {

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
         * Wants so much.
         *
         * @param size of the new version as far as it is known
         * @param old what it would replace
         */
        Optional<Refusal> want(long size, Optional<IndexEntry> old) throws IOException {
            List<Quota> present = present();
            synchronized (usage) {
                this.size = size;
                this.old = old;
                return claims.contains(this)
                        ? present.stream()
                                .filter(quota -> isOver(quota, present))
                                .findFirst()
                                .map(this::refusal)
                        : Optional.empty();
            }
        }

        /** Wants so much, and no more than before if that is refused. */
        Optional<Refusal> raise(long size) throws IOException {
            long before = this.size;
            Optional<Refusal> refusal = want(size, old);
            if (refusal.isPresent()) {
                want(before, old);
            }
            return refusal;
        }

        /** Wants so much now. */
        Optional<Refusal> grow(long size) throws IOException {
            return settings.get().limits().quotas().isEmpty() ? Optional.empty() : want(size, old);
        }

        private boolean isOver(Quota quota, List<Quota> all) {
            if (!counts(quota, all)) {
                return false;
            }
            Usage.Amount now = quota.isOfUser() ? usage.of(user) : usage.below(quota.prefix());
            long bytes = now.bytes();
            long files = now.files();
            for (Claim other : claims) {
                if (other != this && (quota.isOfUser() ? other.user.equals(user) : quota.concerns(other.path, ""))) {
                    bytes += Math.max(0, other.bytes(quota));
                    files += Math.max(0, other.files(quota));
                }
            }
            return (bytes(quota) > 0 && bytes + bytes(quota) > quota.bytes())
                    || (files(quota) > 0 && files + files(quota) > quota.files());
        }

        private boolean counts(Quota quota, List<Quota> all) {
            boolean named = quota.user().equals(Quota.EVERYBODY)
                    && all.stream().anyMatch(each -> each.user().equals(user));
            return quota.concerns(path, user) && !named && !(quota.isOfUser() && user.isEmpty());
        }

        private Optional<IndexEntry> replaced(Quota quota) {
            return old.filter(entry -> !quota.isOfUser() || entry.user().equals(user));
        }

        private long bytes(Quota quota) {
            return size - replaced(quota).map(IndexEntry::size).orElse(0L);
        }

        private long files(Quota quota) {
            return replaced(quota).isPresent() ? 0 : 1;
        }

        private Refusal refusal(Quota quota) {
            return new Refusal(
                    Reason.NO_ROOM,
                    "the quota " + quota + " is used up; delete something that counts to it, or ask an administrator");
        }

        /** Takes the room again that was given back, whatever others have taken meanwhile. */
        void reopen() {
            synchronized (usage) {
                claims.add(this);
            }
        }

        /** Gives the room back, or to what has been entered. */
        @Override
        public void close() {
            synchronized (usage) {
                claims.remove(this);
            }
        }
    }
}
