package io.datahub.api.user;

import org.osgi.annotation.versioning.ConsumerType;

/** Is told, as a service, that other users are in force now, or that a credential has expired. Must be quick. */
@ConsumerType
public interface UsersListener {

    /**
     * Other users are in force now.
     *
     * @param authenticator renews the logins that the listener keeps; it knows nobody when the hub loses its users
     */
    void usersChanged(Authenticator authenticator);
}
