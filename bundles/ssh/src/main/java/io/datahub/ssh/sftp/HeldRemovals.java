package io.datahub.ssh.sftp;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordVersion;
import io.datahub.ssh.session.SshSession;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removals that the client was promised and that wait for its next request: WinSCP and others upload under a temporary
 * name, remove the old file, and rename. If validators then refuse the new one, the old one must still be there. Used by
 * one thread at a time.
 */
final class HeldRemovals {

    private static final Logger LOG = LoggerFactory.getLogger(HeldRemovals.class);
    private static final int MAX = 1_000;

    private final SshSession session;
    private final Map<RecordPath, Optional<String>> held = new LinkedHashMap<>();

    HeldRemovals(SshSession session) {
        this.session = session;
    }

    /** Holds the removal of the version with this entity tag. */
    void hold(RecordPath path, Optional<String> etag) throws IOException {
        held.put(path, etag);
        if (held.size() > MAX) {
            settle(held.keySet().iterator().next());
        }
    }

    /** Whether the client believes that the record is gone. */
    boolean contains(RecordPath path) {
        return held.containsKey(path);
    }

    /** Forgets the removal: the record is replaced instead, or stays. */
    void drop(RecordPath path) {
        held.remove(path);
    }

    /** Removes the record now, if that was held. */
    void settle(RecordPath path) throws IOException {
        if (!held.containsKey(path)) {
            return;
        }
        Optional<String> etag = held.remove(path);
        Precondition same = current -> current.flatMap(RecordVersion::etag).equals(etag);
        Result<List<Change>> deleted =
                session.store().delete(session.request(path).withPrecondition(same));
        deleted.refusal()
                .map(Refusal::detail)
                .ifPresent(reason -> LOG.info(
                        "event=ssh.sftp.removal-refused user={} path={} reason={}",
                        LogText.quoted(session.user()),
                        LogText.quoted(path),
                        LogText.quoted(reason)));
    }

    /** Removes all now: the client is gone. */
    void settleAll() {
        for (RecordPath path : List.copyOf(held.keySet())) {
            try {
                settle(path);
            } catch (IOException e) {
                LOG.warn("event=ssh.sftp.removal-failed path={} reason={}", LogText.quoted(path), LogText.quoted(e));
            }
        }
    }
}
