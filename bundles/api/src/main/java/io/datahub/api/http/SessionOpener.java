package io.datahub.api.http;

import io.datahub.api.user.Login;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Opens a browser session, as {@code POST /session} does. A handler with the access {@code handler} finds it as the request
 * attribute with the name of this interface.
 */
@ProviderType
public interface SessionOpener {

    /**
     * Opens a session and sets its cookie in the response, which must not be committed yet. A session whose
     * cookie is in the request ends; a browser that another site has redirected doesn't send it.
     *
     * @param login the login, which the session ends with
     * @throws java.io.UncheckedIOException if the session can't be stored; nothing is set in the response
     */
    void open(Login login);
}
