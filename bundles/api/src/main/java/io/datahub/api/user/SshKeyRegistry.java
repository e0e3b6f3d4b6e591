package io.datahub.api.user;

import io.datahub.api.Result;
import io.datahub.api.user.UserRegistry.Credential;
import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The SSH keys of users, for administrators: a key doesn't expire, so users can't give themselves one. Each change is
 * written to the users file, which is validated like any other new version, and is in effect when the method returns.
 * Concurrent changes are never lost. Thread-safe; methods may block.
 */
@ProviderType
public interface SshKeyRegistry {

    /**
     * Adds a key.
     *
     * @param actor who requests it
     * @param user the key's owner
     * @param key the public key
     * @param label a label chosen by the user; may be empty
     * @return the key, which is in effect; or the refusal: {@link io.datahub.api.Reason#FORBIDDEN} if the actor is no
     *     administrator, {@link io.datahub.api.Reason#NOT_FOUND} if there is no such user, {@link
     *     io.datahub.api.Reason#CONFLICT} if somebody has the key already
     * @throws IOException if the users file cannot be read or written
     */
    Result<Credential> add(Login actor, String user, SshPublicKey key, String label) throws IOException;

    /**
     * Removes a key. Connections authenticated with it are closed.
     *
     * @param actor who requests it
     * @param user the key's owner
     * @param key its label, or its fingerprint as OpenSSH prints it
     * @return the removed key; or the refusal: {@link io.datahub.api.Reason#FORBIDDEN} if the actor is no
     *     administrator, {@link io.datahub.api.Reason#NOT_FOUND} if there is no such user or key, {@link
     *     io.datahub.api.Reason#CONFLICT} if several keys have that label
     * @throws IOException if the users file cannot be read or written
     */
    Result<Credential> remove(Login actor, String user, String key) throws IOException;
}
