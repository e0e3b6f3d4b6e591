package io.datahub.api.user;

import io.datahub.api.Result;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The users in force, for those who administer them. */
@ProviderType
public interface UserRegistry {

    /** All users, sorted by name. */
    List<Account> accounts();

    /**
     * Makes a token and enters its hash into the users file, which is judged like any other new version.
     *
     * @param actor who asks for it
     * @param user whom it is for
     * @param label what the user calls it
     * @param expires when it ends; empty for never
     * @return the token, which can't be had a second time
     */
    Result<String> issueToken(User actor, String user, String label, Optional<Instant> expires) throws IOException;

    /**
     * A user as an administrator sees it.
     *
     * @param user the user with its grants
     * @param disabled whether it is switched off
     * @param credentials what it can come in with; no secrets
     */
    record Account(User user, boolean disabled, List<Credential> credentials) {
        public Account {
            credentials = List.copyOf(credentials);
        }
    }

    /**
     * Something to come in with.
     *
     * @param kind {@code token}, {@code curve-key} or {@code certificate}
     * @param label the token's label; otherwise empty
     * @param expires when it ends, where it does
     */
    record Credential(String kind, String label, Optional<Instant> expires) {}
}
