package io.datahub.api.user;

import java.time.Instant;
import java.util.Optional;

/**
 * A user who proved who it is. Whoever keeps a login for longer than a request has it renewed when the users change.
 *
 * @param user the user, as the users file had it at that time
 * @param credential names the credential that it came in with, so that it can be renewed; no secret can be told from it
 * @param label the credential's label, where it has one
 * @param expires when the credential ends, where it does
 * @param origin where the client is
 */
public record Login(User user, String credential, Optional<String> label, Optional<Instant> expires, Origin origin) {

    @Override
    public String toString() {
        return user + "@" + origin;
    }
}
