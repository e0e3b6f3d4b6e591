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
 */
public record Login(User user, String credential, Optional<String> label, Optional<Instant> expires, Origin origin) {

    @Override
    public String toString() {
        return user + "@" + origin;
    }
}
