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
     * @return the login, or a refusal with {@link io.datahub.api.Reason#UNAUTHENTICATED} or, if the credentials are
     *     valid but not permitted on this transport, {@link io.datahub.api.Reason#FORBIDDEN}
     */
    Result<Login> authenticate(Credentials credentials, Origin origin);

    /**
     * The login updated to the current users; empty if the user or the credential was removed, disabled or has expired.
     */
    Optional<Login> renew(Login login);

    /** How long to delay the response to a failed login from this origin; zero after few failures. */
    Duration failureDelay(Origin origin);

    /**
     * How long to delay the response to a failed login with these credentials from this origin: because of many
     * failures from the address, except for addresses shared by many clients, or of the user that the credentials
     * claim, without exception.
     */
    default Duration failureDelay(Credentials credentials, Origin origin) {
        return failureDelay(origin);
    }
}
