package io.datahub.auth.users;

import io.datahub.api.user.Grant;
import io.datahub.api.user.TrustRule;
import io.datahub.api.user.User;
import io.datahub.api.user.UserDefinition;
import io.datahub.api.user.UserRegistry.Account;
import io.datahub.api.user.UserRegistry.Credential;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A user as stored in the users file.
 *
 * @param user the user with the grants of its roles and its own
 * @param disabled whether it is disabled
 * @param own its own grants, in which {@code {user}} isn't replaced
 * @param credentials its credentials
 * @param trustRules the trust rules by which it is authenticated
 */
public record StoredUser(
        User user, boolean disabled, List<Grant> own, List<StoredCredential> credentials, List<TrustRule> trustRules) {

    public StoredUser {
        own = List.copyOf(own);
        credentials = List.copyOf(credentials);
        trustRules = List.copyOf(trustRules);
    }

    public String name() {
        return user.name();
    }

    /** What the file says about the user. */
    public UserDefinition definition() {
        return new UserDefinition(
                name(),
                disabled,
                List.copyOf(user.roles()),
                own,
                trustRules,
                credentials.stream()
                        .map(credential -> credential.described(Optional.empty()))
                        .toList());
    }

    /**
     * The user with its credentials, as its registry describes them.
     *
     * @param lastUsed returns when a credential was last used, by its name
     * @param shortLived its credentials that are not in the users file
     */
    public Account account(Function<String, Optional<Instant>> lastUsed, List<Credential> shortLived) {
        Stream<Credential> listed =
                credentials.stream().map(credential -> credential.described(lastUsed.apply(credential.name())));
        return new Account(
                user, disabled, Stream.concat(listed, shortLived.stream()).toList(), trustRules);
    }
}
