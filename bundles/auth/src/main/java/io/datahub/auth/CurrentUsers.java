package io.datahub.auth;

import io.datahub.api.log.LogText;
import java.io.IOException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The users in force, and their last good copy in the hub's state. Read by any thread without a lock; changed by one at a
 * time.
 */
final class CurrentUsers implements Supplier<Users> {

    private static final Logger LOG = LoggerFactory.getLogger(CurrentUsers.class);
    private static final String RESTORED = "(last good)";

    private final LastGoodUsers lastGood;
    private final AuditLog audit;
    private final Runnable changed;
    private volatile Users users = Users.NOBODY;
    private volatile String etag = "";
    private boolean closed; // guarded by this

    /** @param changed is called each time that other users came into force */
    CurrentUsers(LastGoodUsers lastGood, AuditLog audit, Runnable changed) {
        this.lastGood = lastGood;
        this.audit = audit;
        this.changed = changed;
    }

    @Override
    public Users get() {
        return users;
    }

    boolean isNobody() {
        return users == Users.NOBODY;
    }

    /** Whether what is in force is the last good copy, and not the record. */
    boolean isRestored() {
        return etag.equals(RESTORED);
    }

    /**
     * Puts the users of this version in force.
     *
     * @param by who made it, for the audit log
     */
    void put(UsersVersion version, String by) throws InvalidUsersException {
        if (!version.etag().equals(etag)) {
            put(UsersReader.read(version.bytes()), version.etag(), by);
            keep(version.bytes());
        }
    }

    /** Puts the last good users in force where there is nobody. */
    void restore() {
        if (isNobody()) {
            lastGood.read().ifPresent(bytes -> {
                try {
                    put(UsersReader.read(bytes), RESTORED, "hub");
                } catch (InvalidUsersException e) {
                    LOG.error("users=not-restored reason={}", LogText.quoted(e.getMessage()));
                }
            });
        }
    }

    private synchronized void put(Users next, String version, String by) {
        if (closed) {
            return;
        }
        Users before = users;
        users = next;
        etag = version;
        changed.run(); // open sessions first: what else there is to do may take longer
        LOG.info("users=in-force version={} users={}", version, next.all().size());
        if (before != Users.NOBODY) {
            audit.changed(before, next, version, by);
        }
    }

    private void keep(byte[] bytes) {
        try {
            lastGood.keep(bytes);
        } catch (IOException e) {
            LOG.warn("users=in-force last-good=not-kept reason={}", LogText.quoted(e.toString()));
        }
    }

    /** Puts nobody in force, for good. */
    synchronized void close() {
        closed = true;
        users = Users.NOBODY;
        etag = "";
    }
}
