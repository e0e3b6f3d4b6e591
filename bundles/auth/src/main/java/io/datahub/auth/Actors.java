package io.datahub.auth;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import io.datahub.auth.users.StoredUser;
import io.datahub.auth.users.Users;
import java.time.Clock;
import java.util.Optional;

/** Whether somebody who manages tokens may do so. Thread-safe. */
final class Actors {

    private final Identities identities;
    private final Clock clock;

    Actors(Identities identities, Clock clock) {
        this.identities = identities;
        this.clock = clock;
    }

    /** Why somebody may not manage the tokens of a user; empty if allowed. */
    Optional<Refusal> refusal(Login actor, String user) {
        return actor.user().isAdmin() || actor.user().name().equals(user)
                ? Optional.empty()
                : Optional.of(
                        new Refusal(Reason.FORBIDDEN, "only an administrator can manage the tokens of other users"));
    }

    /** Whether the credential of a login is valid, and its user still has what it had, in this version of the users. */
    boolean isStillValid(Login actor, Users users) {
        return actor.user() == User.HUB
                || users.named(actor.user().name())
                        .filter(owner -> !owner.disabled())
                        .filter(owner -> owner.user().isAdmin() || !actor.user().isAdmin())
                        .filter(owner -> hasCredential(actor, owner, users))
                        .isPresent();
    }

    private boolean hasCredential(Login actor, StoredUser owner, Users users) {
        return Identities.isListed(actor.credential())
                ? users.credential(actor.credential())
                        .filter(owned -> owned.owner().name().equals(owner.name()))
                        .filter(owned -> owned.credential().isValidAt(clock.instant()))
                        .isPresent()
                : identities
                        .of(actor)
                        .filter(identity -> identity.isValidAt(clock.instant()))
                        .isPresent();
    }

    static Refusal invalid() {
        return new Refusal(Reason.FORBIDDEN, "your credential isn't valid any more; log in again");
    }
}
