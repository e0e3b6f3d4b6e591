package io.datahub.auth;

import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry.Account;
import java.util.List;

/**
 * A user as stored in the users file.
 *
 * @param user the user with the grants of its roles and its own
 * @param disabled whether it is disabled
 * @param credentials its credentials
 */
record StoredUser(User user, boolean disabled, List<StoredCredential> credentials) {

    StoredUser {
        credentials = List.copyOf(credentials);
    }

    String name() {
        return user.name();
    }

    Account account(LastUsedStore lastUsed) {
        return new Account(
                user,
                disabled,
                credentials.stream()
                        .map(credential -> credential.described(lastUsed.of(credential.name())))
                        .toList());
    }
}
