package io.datahub.api.user;

import org.osgi.annotation.versioning.ConsumerType;

/** Notified, as a service, when the users change or a credential has expired. Must return quickly. */
@ConsumerType
public interface UsersListener {

    /**
     * The users have changed.
     *
     * @param authenticator renews the logins that the listener keeps; it renews none when the hub loses its users
     */
    void usersChanged(Authenticator authenticator);
}
