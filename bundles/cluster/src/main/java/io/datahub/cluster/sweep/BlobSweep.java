package io.datahub.cluster.sweep;

import io.datahub.api.cluster.Blobs;
import io.datahub.api.cluster.LedgerBlobs;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
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

    private final LedgerBlobs ledger;
    private final Blobs blobs;
    private final InstantSource clock;

    /** The last key that was looked at; empty to begin with the first. */
    private String position = "";

    /** When the next pass over all blobs may begin. */
    private Instant nextPass = Instant.MIN;

    public BlobSweep(LedgerBlobs ledger, Blobs blobs, InstantSource clock) {
        this.ledger = ledger;
        this.blobs = blobs;
        this.clock = clock;
    }

    @Override
    public void run() throws IOException {
        deleteDead(DEAD_FOR);
        giveUpOrphans();
    }

    void deleteDead(Duration minAge) throws IOException {
        for (int i = 0; i < MAX_BATCHES; i++) {
            List<String> dead = ledger.dead(minAge, BATCH);
            if (dead.isEmpty()) {
                return;
            }
            blobs.delete(dead);
            ledger.forget(dead);
            LOG.debug("event=cluster.blobs.deleted count={}", dead.size());
        }
    }

    private void giveUpOrphans() throws IOException {
        Instant now = clock.instant();
        if (position.isEmpty() && now.isBefore(nextPass)) {
            return;
        }
        for (int i = 0; i < MAX_BATCHES; i++) {
            List<Blobs.Info> page = blobs.list(position, BATCH);
            List<String> old = page.stream()
                    .filter(each -> each.stored().isBefore(now.minus(ORPHANED_FOR)))
                    .map(Blobs.Info::key)
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
