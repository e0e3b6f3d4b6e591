package io.datahub.ssh.sftp;

import io.datahub.api.Refusal;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import io.datahub.ssh.session.SshSession;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removals that the client was promised and that wait for the rename that follows: WinSCP and others upload under a
 * temporary name, remove the old file, and rename. If validators then refuse the new one, the old one must still be
 * there. They wait for a few seconds at most, as far as there are requests. Used by one thread at a time.
 */
final class HeldRemovals {

    private static final Logger LOG = LoggerFactory.getLogger(HeldRemovals.class);
    private static final int MAX = 1_000;
    private static final long MAX_NANOS = Duration.ofSeconds(30).toNanos();

    private final SshSession session;
    private final LongSupplier nanoTime;

    /** The oldest first. */
    private final Map<RecordPath, Held> held = new LinkedHashMap<>();

    /**
     * A removal.
     *
     * @param etag the entity tag of the version that is to be removed
     * @param upload the path of the temporary file that is to replace it
     * @param stays whether the version stays unless it is replaced, since a first attempt failed
     */
    private record Held(Optional<String> etag, RecordPath upload, long since, boolean stays) {

        boolean isSame(Optional<RecordVersion> current) {
            return current.flatMap(RecordVersion::etag).equals(etag);
        }
    }

    /** @param nanoTime a clock, in nanoseconds */
    HeldRemovals(SshSession session, LongSupplier nanoTime) {
        this.session = session;
        this.nanoTime = nanoTime;
    }

    /**
     * Holds the removal of a version.
     *
     * @param etag the entity tag of the version
     * @param upload the path of the temporary file that is to replace it
     */
    void hold(RecordPath path, Optional<String> etag, RecordPath upload) throws IOException {
        held.put(path, new Held(etag, upload, nanoTime.getAsLong(), false));
        if (held.size() > MAX) {
            settle(held.keySet().iterator().next());
        }
    }

    /** Whether the client believes that the record is gone. */
    boolean contains(RecordPath path) {
        return held.containsKey(path);
    }

    /** The condition for replacing a record by an upload: that it is the version whose removal waits for that. */
    Optional<Precondition> replacing(RecordPath path, RecordPath upload) {
        return Optional.ofNullable(held.get(path))
                .filter(found -> found.upload().equals(upload))
                .map(found -> current -> current.isEmpty() || found.isSame(current));
    }

    /** Forgets the removal: the record is replaced instead, or stays. */
    void drop(RecordPath path) {
        held.remove(path);
    }

    /** The version stays: it couldn't be replaced. The client may try again. */
    void retain(RecordPath path) {
        held.computeIfPresent(path, (key, found) -> new Held(found.etag(), found.upload(), found.since(), true));
    }

    /** Removes what has waited too long. */
    void settleOld() throws IOException {
        if (!held.isEmpty()) {
            long now = nanoTime.getAsLong();
            settle(path -> now - held.get(path).since() > MAX_NANOS);
        }
    }

    /** Removes what waits at a path or below, or for the temporary file that is or was there. */
    void settleAt(RecordPath path) throws IOException {
        settle(each -> each.equals(path)
                || each.isBelow(path)
                || held.get(each).upload().equals(path)
                || held.get(each).upload().isBelow(path));
    }

    private void settle(Predicate<RecordPath> which) throws IOException {
        for (RecordPath path : held.keySet().stream().filter(which).toList()) {
            settle(path);
        }
    }

    /** Removes the record now, if that was held, unless it stays or the user may not do so any more. */
    void settle(RecordPath path) throws IOException {
        Held removal = held.remove(path);
        if (removal == null || removal.stays()) {
            return;
        }
        Optional<User> user = session.currentUser();
        if (user.isEmpty()) {
            refused(path, "the login isn't valid any more");
            return;
        }
        session.store()
                .delete(session.request(path).withUser(user.get()).withPrecondition(removal::isSame))
                .refusal()
                .map(Refusal::detail)
                .ifPresent(reason -> refused(path, reason));
    }

    private void refused(RecordPath path, String reason) {
        LOG.info(
                "event=ssh.sftp.removal-refused user={} path={} reason={}",
                LogText.quoted(session.user()),
                LogText.quoted(path),
                LogText.quoted(reason));
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
