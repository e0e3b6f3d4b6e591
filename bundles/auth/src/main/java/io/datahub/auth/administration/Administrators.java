package io.datahub.auth.administration;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import java.util.Optional;

/** Who is an administrator at present. Thread-safe. */
record Administrators(Authenticator authenticator) {

    /**
     * Why somebody may not change what only administrators do; empty if allowed.
     *
     * @param what what it is, for the message
     */
    Optional<Refusal> refusal(Login actor, String what) {
        boolean isAdministrator = actor.user() == User.HUB
                || authenticator
                        .renew(actor)
                        .filter(login -> login.user().isAdmin())
                        .isPresent();
        return isAdministrator
                ? Optional.empty()
                : Optional.of(new Refusal(Reason.FORBIDDEN, "only an administrator changes " + what));
    }
}
