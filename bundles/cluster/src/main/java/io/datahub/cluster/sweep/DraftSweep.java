package io.datahub.cluster.sweep;

import io.datahub.api.cluster.LedgerDraft;
import io.datahub.api.cluster.LedgerDrafts;
import io.datahub.api.log.LogText;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes lasting drafts that have expired. */
public record DraftSweep(LedgerDrafts drafts) implements Sweeper.Sweep {

    private static final Logger LOG = LoggerFactory.getLogger(DraftSweep.class);
    private static final int BATCH = 100;

    @Override
    public void run(Sweeper.Lease lease) throws IOException {
        List<LedgerDraft> expired;
        do {
            expired = drafts.expired(BATCH);
            for (LedgerDraft each : expired) {
                if (drafts.deleteExpired(each.name()) && !each.committed()) {
                    LOG.info(
                            "event=cluster.upload.expired upload={} path={}", each.name(), LogText.quoted(each.path()));
                }
            }
        } while (expired.size() == BATCH && lease.renew());
    }
}
