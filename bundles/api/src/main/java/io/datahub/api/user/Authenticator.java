package io.datahub.api.user;

import io.datahub.api.Result;
import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Authenticates credentials against the current users file. Thread-safe; never blocks. */
@ProviderType
public interface Authenticator {

    /**
     * Authenticates a client. A failure is counted against the address and the user, and written to the audit log.
     *
     * @param credentials what the client presents
     * @param origin where it connects from
     * @return the login, or a refusal with {@link io.datahub.api.Reason#UNAUTHENTICATED} or, if the credentials are
     *     valid but not permitted on this transport, {@link io.datahub.api.Reason#FORBIDDEN}
     */
    Result<Login> authenticate(Credentials credentials, Origin origin);

    /**
     * Updates a login to the current users.
     *
     * @param login a login of this or an earlier version of the users file
     * @return the updated login, with the same origin and session; empty if the user or the credential was removed, disabled or has
     *     expired
     */
    Optional<Login> renew(Login login);

    /**
     * How long to delay the response to a failed login from this origin.
     *
     * @param origin where the client connects from
     * @return the delay; zero after few failures
     */
    Duration failureDelay(Origin origin);

    /**
     * How long to delay the response to a failed login with these credentials from this origin: because of many
     * failures from the address, except for addresses shared by many clients, or of the user that the credentials
     * claim, without exception.
     *
     * @param credentials what the client presented
     * @param origin where it connects from
     * @return the delay; zero after few failures
     */
    default Duration failureDelay(Credentials credentials, Origin origin) {
        return failureDelay(origin);
    }
}
