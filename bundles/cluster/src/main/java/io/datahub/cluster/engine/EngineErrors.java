package io.datahub.cluster.engine;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.UnknownFateException;
import io.datahub.api.log.LogLimit;
import io.datahub.api.log.LogText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Translates failures of the ledger and of the blob store to refusals; the log and the health checks have the details. */
public final class EngineErrors {

    private static final Logger LOG = LoggerFactory.getLogger(EngineErrors.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
    private static final LogLimit LOG_LIMIT = new LogLimit(10, Duration.ofMinutes(1));

    private EngineErrors() {}

    /** An operation that can fail since the ledger or the blob store is away. */
    public interface Work<T> {
        Result<T> run() throws IOException;
    }

    /** Runs an operation; a failure becomes a refusal. Interruptions are rethrown. */
    public static <T> Result<T> translate(Work<T> work) throws IOException {
        try {
            return work.run();
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            return Result.refused(refusal(e));
        }
    }

    private static Refusal refusal(IOException failure) {
        LogLimit.Decision decision = LOG_LIMIT.next();
        if (decision.mayWrite()) {
            LOG.warn(
                    "event=cluster.engine.failed reason={} suppressed={}",
                    LogText.quoted(failure),
                    decision.suppressed());
            LOG.debug("event=cluster.engine.failed", failure);
        }
        return Refusal.unavailable(detail(failure), RETRY_AFTER);
    }

    private static String detail(IOException failure) {
        if (failure instanceof NotAnnouncedException) {
            return "this was done, but the cluster's ledger doesn't answer, so this hub can't show it yet; look before you"
                    + " retry";
        }
        return failure instanceof UnknownFateException
                ? "the cluster's ledger doesn't answer, so it isn't known yet whether this was done; look before you retry"
                : "the cluster's ledger or blob store can't be reached at present; retry";
    }
}
