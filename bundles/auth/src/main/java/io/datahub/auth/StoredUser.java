package io.datahub.auth;

import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry.Account;
import java.util.List;

/**
 * A user as the users file has it.
 *
 * @param user the user with the grants of its roles and its own
 * @param disabled whether it is switched off
 * @param credentials what it can come in with
 */
record StoredUser(User user, boolean disabled, List<StoredCredential> credentials) {

    StoredUser {
        credentials = List.copyOf(credentials);
    }

    String name() {
        return user.name();
    }

    Account account(LastUsedStore uses) {
        return new Account(
                user,
                disabled,
                credentials.stream()
                        .map(credential -> credential.described(uses.of(credential.name())))
                        .toList());
    }
}
