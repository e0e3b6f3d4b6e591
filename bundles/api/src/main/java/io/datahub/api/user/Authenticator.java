package io.datahub.api.user;

import io.datahub.api.Result;
import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Turns credentials into users, by the users file in force. Never blocks; for any thread. */
@ProviderType
public interface Authenticator {

    /**
     * Checks credentials. A failure is counted against the address and the user, and written to the audit log.
     *
     * @return the login, or a refusal with {@link io.datahub.api.Reason#UNAUTHENTICATED} or, where the credentials are
     *     right but not fit for this way in, {@link io.datahub.api.Reason#FORBIDDEN}
     */
    Result<Login> authenticate(Credentials credentials, Origin origin);

    /** The login as it stands now; empty if the user or the credential is gone, disabled or expired. */
    Optional<Login> renew(Login login);

    /** How long the answer to a failure from there is to be held back; zero while there were few. */
    Duration penalty(Origin origin);

    /**
     * How long the answer to a failure with these credentials from there is to be held back: for many failures from that
     * address, which spares addresses that many share, or of whom the credentials claim, which spares nobody.
     */
    default Duration penalty(Credentials credentials, Origin origin) {
        return penalty(origin);
    }
}
