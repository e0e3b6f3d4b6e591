package io.datahub.ssh.session;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commits uploads so that refusals by validators are announced, since many clients don't tell their users. */
public final class Commits {

    private static final Logger LOG = LoggerFactory.getLogger(Commits.class);

    private Commits() {}

    /**
     * How a commit ended.
     *
     * @param refusal why there is no new version, if so
     * @param ended whether nothing is left of the draft, even if it is a lasting one
     */
    public record Outcome(Optional<Refusal> refusal, boolean ended) {}

    /**
     * Commits a draft, or announces that validators refused it.
     *
     * @param draft the draft, to be closed by the caller
     * @return how that ended
     * @throws IOException if the medium failed
     */
    public static Outcome commit(Draft draft) throws IOException {
        Result<Change> committed = draft.commit();
        Optional<Refusal> refusal = committed.refusal();
        return new Outcome(refusal, refusal.isEmpty() || isAnnounced(draft, refusal.get()));
    }

    private static boolean isAnnounced(Draft draft, Refusal refusal) {
        if (refusal.reason() != Reason.INVALID) {
            return false;
        }
        try {
            return !draft.reject(refusal).isRefused();
        } catch (IOException e) {
            LOG.warn("event=ssh.rejection-failed reason={}", LogText.quoted(e));
            return false;
        }
    }
}
