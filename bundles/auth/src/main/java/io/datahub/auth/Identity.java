package io.datahub.auth;

import io.datahub.api.user.Login;
import io.datahub.api.user.LoginSession;
import io.datahub.api.user.Origin;
import io.datahub.auth.users.StoredUser;
import java.time.Instant;
import java.util.Optional;

/**
 * Whose a verified credential is, of whatever kind.
 *
 * @param owner the user
 * @param credential identifies the credential, as kept in a login
 * @param kind the kind of the credential, for the audit log
 * @param label what the credential is called; may be empty
 * @param expires when it expires, if it does
 */
record Identity(StoredUser owner, String credential, String kind, String label, Optional<Instant> expires) {

    boolean isValidAt(Instant now) {
        return expires.map(now::isBefore).orElse(true);
    }

    Login login(Origin origin, Optional<LoginSession> session) {
        Optional<String> name = Optional.of(label).filter(text -> !text.isEmpty());
        return new Login(owner.user(), credential, name, expires, origin, session);
    }
}
