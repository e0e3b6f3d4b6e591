package io.datahub.auth;

import io.datahub.api.log.LogText;
import io.datahub.auth.record.LastGoodUsers;
import io.datahub.auth.record.UsersVersion;
import io.datahub.auth.users.InvalidUsersException;
import io.datahub.auth.users.Users;
import io.datahub.auth.users.UsersReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The current users, and their last good copy in the hub's state. Reads are lock-free, writes are synchronized. */
final class CurrentUsers implements Supplier<Users> {

    private static final Logger LOG = LoggerFactory.getLogger(CurrentUsers.class);
    private static final String RESTORED = "(last good)";

    private final LastGoodUsers lastGood;
    private final AuditLog audit;
    private final Runnable changed;
    private volatile Users users = Users.EMPTY;
    private volatile List<String> unusable = List.of();
    private volatile String etag = "";
    private boolean closed; // guarded by this

    /** @param changed called each time the users have changed */
    CurrentUsers(LastGoodUsers lastGood, AuditLog audit, Runnable changed) {
        this.lastGood = lastGood;
        this.audit = audit;
        this.changed = changed;
    }

    @Override
    public Users get() {
        return users;
    }

    /** Identifies the version of the record that these are. */
    String etag() {
        return etag;
    }

    boolean isEmpty() {
        return users == Users.EMPTY;
    }

    /** Whether the current users come from the last good copy instead of the record. */
    boolean isRestored() {
        return etag.equals(RESTORED);
    }

    /** The elements of the current version that are left out, since they can't be used, and why. */
    List<String> unusable() {
        return unusable;
    }

    /**
     * Makes the users of this version current.
     *
     * @param by the author, for the audit log
     */
    void put(UsersVersion version, String by) throws InvalidUsersException {
        if (!version.etag().equals(etag)) {
            put(version.bytes(), version.etag(), by);
            saveLastGood(version.bytes());
        }
    }

    /** Restores the last good users if there are none. */
    void restore() {
        if (isEmpty()) {
            lastGood.read().ifPresent(bytes -> {
                try {
                    put(bytes, RESTORED, "hub");
                } catch (InvalidUsersException e) {
                    LOG.error("event=auth.users.restore-failed reason={}", LogText.quoted(e.getMessage()));
                }
            });
        }
    }

    private void put(byte[] bytes, String version, String by) throws InvalidUsersException {
        List<String> leftOut = new ArrayList<>();
        Users next = UsersReader.readAccepted(bytes, leftOut::add);
        if (!leftOut.isEmpty()) {
            LOG.warn(
                    "event=auth.users.incomplete version={} unusable={} first={} remedy=\"correct or remove these "
                            + "ssh-key and trust elements; until then, nobody can log in with them\"",
                    version,
                    leftOut.size(),
                    LogText.quoted(leftOut.get(0)));
        }
        put(next, List.copyOf(leftOut), version, by);
    }

    /** Waits until the users are another version than they were, or for a while. */
    synchronized void awaitOther(String version, long millis) throws InterruptedIOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            for (long left = millis; left > 0 && etag.equals(version); ) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            }
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    private synchronized void put(Users next, List<String> leftOut, String version, String by) {
        if (closed) {
            return;
        }
        Users before = users;
        unusable = leftOut;
        users = next;
        etag = version;
        notifyAll();
        changed.run(); // open sessions first: the rest may take longer
        LOG.info(
                "event=auth.users.loaded version={} users={}",
                version,
                next.all().size());
        if (before != Users.EMPTY) {
            audit.changed(before, next, version, by);
        }
    }

    private void saveLastGood(byte[] bytes) {
        try {
            lastGood.keep(bytes);
        } catch (IOException e) {
            LOG.warn("event=auth.last-good.save-failed reason={}", LogText.quoted(e.toString()));
        }
    }

    /** Removes all users, permanently. */
    synchronized void close() {
        closed = true;
        users = Users.EMPTY;
        etag = "";
    }
}
