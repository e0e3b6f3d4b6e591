package io.datahub.records.change;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Change;
import io.datahub.api.record.WriteRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes accepted and refused changes to the audit log. */
public final class Audit {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.audit");

    private Audit() {}

    /** Writes a committed change to the audit log. */
    public static void done(WriteRequest request, Change change) {
        LOG.info(
                "event=store.record.changed type={} user={} from={} path={} size={} sha256={} sequence={}",
                change.type().word(),
                request.user(),
                request.from(),
                LogText.quoted(change.path()),
                change.version().size(),
                change.version().sha256().orElse("-"),
                change.cursor().sequence());
    }

    /** Writes a refusal to the audit log. */
    public static void refused(String action, WriteRequest request, Refusal refusal) {
        LOG.info(
                "event=store.record.refused action={} user={} from={} path={} status={} reason={}",
                action,
                request.user(),
                request.from(),
                LogText.quoted(request.path()),
                refusal.reason().status(),
                LogText.quoted(refusal.detail()));
    }

    /** Writes a refusal to the audit log and returns it as the result. */
    public static <T> Result<T> refuse(String action, WriteRequest request, Refusal refusal) {
        refused(action, request, refusal);
        return Result.refused(refusal);
    }

    /** Writes a change by another program to the audit log. */
    public static void external(Change change) {
        LOG.info(
                "event=store.record.changed type={} from=disk path={} size={} sha256={} sequence={}",
                change.type().word(),
                LogText.quoted(change.path()),
                change.version().size(),
                change.version().sha256().orElse("-"),
                change.cursor().sequence());
    }
}
