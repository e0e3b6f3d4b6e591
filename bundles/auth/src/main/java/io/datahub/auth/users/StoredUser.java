package io.datahub.auth.users;

import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry.Account;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A user as stored in the users file.
 *
 * @param user the user with the grants of its roles and its own
 * @param disabled whether it is disabled
 * @param credentials its credentials
 */
public record StoredUser(User user, boolean disabled, List<StoredCredential> credentials) {

    public StoredUser {
        credentials = List.copyOf(credentials);
    }

    public String name() {
        return user.name();
    }

    /**
     * The user with its credentials, as its registry describes them.
     *
     * @param lastUsed returns when a credential was last used, by its name
     */
    public Account account(Function<String, Optional<Instant>> lastUsed) {
        return new Account(
                user,
                disabled,
                credentials.stream()
                        .map(credential -> credential.described(lastUsed.apply(credential.name())))
                        .toList());
    }
}
