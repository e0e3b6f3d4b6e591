package io.datahub.api.user;

import java.time.Instant;
import java.util.Optional;

/**
 * An authenticated user. Anyone keeping a login for longer than a request must renew it when the users change.
 *
 * @param user the user, as the users file defined it at that time
 * @param credential identifies the credential used to log in, for renewal; no secret can be derived from it
 * @param label the credential's label, if it has one
 * @param expires when the credential expires, if it does
 * @param origin where the client connected from
 * @param session the browser session, if the credential was presented by one
 */
public record Login(
        User user,
        String credential,
        Optional<String> label,
        Optional<Instant> expires,
        Origin origin,
        Optional<LoginSession> session) {

    /**
     * A login without a browser session.
     *
     * @param user the user, as the users file defined it at that time
     * @param credential identifies the credential used to log in
     * @param label the credential's label, if it has one
     * @param expires when the credential expires, if it does
     * @param origin where the client connected from
     */
    public Login(User user, String credential, Optional<String> label, Optional<Instant> expires, Origin origin) {
        this(user, credential, label, expires, origin, Optional.empty());
    }

    /**
     * The same login from another origin.
     *
     * @param other where the client connected from
     * @return the login
     */
    public Login from(Origin other) {
        return new Login(user, credential, label, expires, other, session);
    }

    /**
     * The same login in a browser session.
     *
     * @param opened the session, or empty for none
     * @return the login
     */
    public Login in(Optional<LoginSession> opened) {
        return new Login(user, credential, label, expires, origin, opened);
    }

    @Override
    public String toString() {
        return user + "@" + origin;
    }
}
