package io.datahub.api.user;

import io.datahub.api.Result;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Verifies credentials of kinds that the hub itself doesn't, such as external tokens: a service with the property
 * {@value #KIND}. It says whose credentials they are; the hub then applies its rules to the user (disabled users,
 * administrators without encryption), counts failures, delays responses and writes the audit log, as for every kind.
 * Several verifiers of a kind are asked by service ranking, until one doesn't refuse.
 *
 * <p>May be called by several threads at once. Must not block: what takes time, such as a request to a directory, is
 * done on a thread of its own. The hub waits for at most ten seconds; what comes later is discarded. It waits for a
 * limited number of answers, in total and for each address that clients connect from.
 *
 * <p>The logins that it has accepted end half a minute after the last verifier of their kind was unregistered.
 */
@ConsumerType
public interface CredentialVerifier {

    /** The service property that names the kinds of credentials, see {@link Credentials#kind}: a string or several. */
    String KIND = "datahub.credential.kind";

    /**
     * Verifies credentials.
     *
     * @param credentials credentials of one of the kinds in {@link #KIND}
     * @return the verified credential; or a refusal: {@link io.datahub.api.Reason#UNAUTHENTICATED} with the reason for
     *     the audit log, which the client isn't told, or {@link io.datahub.api.Reason#UNAVAILABLE} if it couldn't be
     *     verified, which isn't counted as a failure. Completed exceptionally, it counts as unavailable
     */
    CompletionStage<Result<Verified>> verify(Credentials credentials);

    /**
     * Tells the verifier the trust rules of the users file: when it is registered and each time that they change. Must
     * return quickly.
     *
     * @param rules the rules of all users that aren't disabled
     */
    default void trustRules(List<TrustRule> rules) {}

    /**
     * A credential that was verified.
     *
     * @param user the name of its owner; a user of this name must be in the users file
     * @param id identifies the credential, at most 64 letters, digits and {@code . _ -}; no secret can be derived from
     *     it
     * @param label what it is called in lists and logs, at most 100 characters; may be empty
     * @param expires when the login ends at the latest, since the verifier isn't asked again; the hub may end it earlier
     * @param rule the trust rule that it matched, if any: the login ends with the rule
     */
    record Verified(String user, String id, String label, Instant expires, Optional<TrustRule> rule) {}
}
