package io.datahub.cluster.sweep;

import io.datahub.api.cluster.Blobs;
import io.datahub.api.cluster.LedgerBlobs;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.log.LogText;
import io.datahub.cluster.engine.LedgerClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes blobs that no record has had for an hour, so that open readings can end; and gives up those that were stored
 * long ago and never committed, such as those of a hub that was killed. For one thread.
 */
public final class BlobSweep implements Sweeper.Sweep {

    private static final Logger LOG = LoggerFactory.getLogger(BlobSweep.class);

    private static final Duration DEAD_FOR = Duration.ofHours(1);
    private static final Duration ORPHANED_FOR = Duration.ofHours(24);
    private static final int BATCH = 1_000;
    private static final int MAX_BATCHES = 20;

    /** How many deletions in a row may fail until the store counts as away. */
    private static final int MAX_FAILURES = 5;

    private final LedgerBlobs ledger;
    private final Blobs blobs;
    private final String cluster;
    private final LedgerClock clock;

    /** The form of the keys of blobs; what has another one isn't ours. */
    private static final Pattern OWN_KEY = Pattern.compile("[0-9a-f]{32}");

    /** The key of the blob with the identifier of the cluster that the blob store belongs to. */
    private static final String OWNER_KEY = "cluster-id";

    private static final int MAX_OWNER_BYTES = 200;

    /** The last key that was looked at; empty to begin with the first. */
    private String position = "";

    /** When the next pass over all blobs may begin. */
    private Instant nextPass = Instant.MIN;

    public BlobSweep(SharedLedger ledger, Blobs blobs) {
        this.ledger = ledger.blobs();
        this.blobs = blobs;
        cluster = ledger.id();
        clock = ledger::now;
    }

    @Override
    public void run(Sweeper.Lease lease) throws IOException {
        if (isOwner()) {
            deleteDead(DEAD_FOR, lease);
            giveUpOrphans(lease);
        }
    }

    /**
     * Whether the blob store is known to belong to this cluster. The first cluster that uses it writes its identifier there,
     * and sweeps only after it has found it there the next time: another one may write at the same time.
     *
     * @throws IOException if it belongs to another cluster, whose blobs would be deleted
     */
    private boolean isOwner() throws IOException {
        OptionalLong size = blobs.size(OWNER_KEY);
        if (size.isEmpty()) {
            blobs.put(OWNER_KEY, new Text(cluster));
            return false;
        }
        long length = Math.min(MAX_OWNER_BYTES, size.getAsLong());
        try (InputStream in = blobs.open(OWNER_KEY, 0, length)) {
            String owner = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (!owner.equals(cluster)) {
                throw new IOException("the blob store belongs to the cluster " + owner + ", not to this one, " + cluster
                        + ", so nothing is deleted there; set the key blobs of io.datahub.cluster.cfg to a bucket or a"
                        + " prefix of its own, or delete the object " + OWNER_KEY + " if that cluster is gone");
            }
            return true;
        }
    }

    /** A short text. */
    private record Text(String content) implements Blobs.Source {

        @Override
        public long length() {
            return bytes().length;
        }

        @Override
        public Optional<String> sha256() {
            return Optional.empty();
        }

        @Override
        public InputStream open(long from) {
            return new ByteArrayInputStream(bytes(), (int) from, bytes().length - (int) from);
        }

        private byte[] bytes() {
            return content.getBytes(StandardCharsets.UTF_8);
        }
    }

    void deleteDead(Duration minAge, Sweeper.Lease lease) throws IOException {
        Set<String> undeletable = new HashSet<>();
        for (int i = 0; i < MAX_BATCHES && lease.renew(); i++) {
            List<String> dead = ledger.dead(minAge, BATCH + undeletable.size()).stream()
                    .filter(key -> !undeletable.contains(key))
                    .toList();
            if (dead.isEmpty()) {
                return;
            }
            List<String> deleted = delete(dead, undeletable);
            ledger.forget(deleted);
            LOG.debug("event=cluster.blobs.deleted count={}", deleted.size());
        }
    }

    /**
     * Deletes blobs, if need be one by one, so that one that can't be deleted doesn't keep the others.
     *
     * @param undeletable gets those that can't be deleted
     * @throws IOException if the store seems to be away
     */
    private List<String> delete(List<String> dead, Set<String> undeletable) throws IOException {
        try {
            blobs.delete(dead);
            return dead;
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("event=cluster.blobs.batch-failed", e);
        }
        List<String> deleted = new ArrayList<>();
        int failures = 0;
        for (String key : dead) {
            try {
                blobs.delete(List.of(key));
                deleted.add(key);
                failures = 0;
            } catch (IOException | IllegalArgumentException e) {
                undeletable.add(key);
                if (++failures == MAX_FAILURES) {
                    ledger.forget(deleted);
                    throw new IOException("blobs can't be deleted: " + e.getMessage(), e);
                }
                LOG.warn(
                        "event=cluster.blob.undeletable key={} reason={}",
                        LogText.quoted(key),
                        LogText.quoted(e.toString()));
            }
        }
        return deleted;
    }

    private void giveUpOrphans(Sweeper.Lease lease) throws IOException {
        Instant now = clock.now();
        if (position.isEmpty() && now.isBefore(nextPass)) {
            return;
        }
        for (int i = 0; i < MAX_BATCHES && lease.renew(); i++) {
            List<Blobs.Info> page = blobs.list(position, BATCH);
            List<String> old = page.stream()
                    .filter(each -> each.stored().isBefore(now.minus(ORPHANED_FOR)))
                    .map(Blobs.Info::key)
                    .filter(key -> OWN_KEY.matcher(key).matches())
                    .toList();
            if (!old.isEmpty()) {
                Set<String> dead = ledger.condemn(old);
                if (!dead.isEmpty()) {
                    LOG.debug("event=cluster.blobs.given-up count={}", dead.size());
                }
            }
            if (page.size() < BATCH) {
                position = "";
                nextPass = now.plus(DEAD_FOR);
                return;
            }
            position = page.get(page.size() - 1).key();
        }
    }
}
