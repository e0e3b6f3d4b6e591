package io.datahub.api.user;

import io.datahub.api.Result;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The users as the users file defines them, for administrators. Each change is written to the file, in which comments,
 * order and whatever it doesn't concern are preserved; it is validated like any other new version, and is in effect when
 * the method returns. Concurrent changes are never lost. Credentials are managed by {@link UserRegistry} and {@link
 * SshKeyRegistry}. Thread-safe; methods may block.
 */
@ProviderType
public interface UserDefinitions {

    /**
     * All users of the current version, in the order of the file.
     *
     * @param actor who requests it
     * @return the users; or the refusal: {@link io.datahub.api.Reason#FORBIDDEN} if the actor is no administrator
     * @throws IOException if the users file cannot be read
     */
    Result<List<UserDefinition>> all(Login actor) throws IOException;

    /**
     * Creates, replaces or removes a user, depending on what the change makes of the present definition.
     *
     * @param actor who requests it
     * @param name the user's name
     * @param change what is done; called again if the file was modified concurrently
     * @return the new definition, empty if the user was removed; or the refusal: {@link
     *     io.datahub.api.Reason#FORBIDDEN} if the actor is no administrator, {@link io.datahub.api.Reason#INVALID} if the
     *     validator doesn't accept the new version, because no administrator would be left, say; or that of the change
     * @throws IOException if the users file cannot be read or written
     */
    Result<Optional<UserDefinition>> change(Login actor, String name, Change change) throws IOException;

    /** Changes the definition of one user, or refuses to. */
    @FunctionalInterface
    interface Change {

        /**
         * Decides what a user is to become. May be called several times, and must have no side effects.
         *
         * @param present the present definition; empty if there is no such user
         * @return the new definition, with the same name, or empty to remove the user; or a refusal. Its credentials are
         *     ignored: a user keeps those that it has, and a new one has none
         */
        Result<Optional<UserDefinition>> apply(Optional<UserDefinition> present);
    }
}
