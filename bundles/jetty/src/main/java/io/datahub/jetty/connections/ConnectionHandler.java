package io.datahub.jetty.connections;

import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Tracks the start and the end of requests, and authentication, on the {@link ClientConnection}. */
public final class ConnectionHandler extends Handler.Wrapper {

    /**
     * Attribute of an upgrade request: a {@link Runnable} to be run when the client authenticates after the handshake.
     */
    private static final String LOGGED_IN = "datahub.http.loggedIn";

    public ConnectionHandler(Handler handler) {
        super(handler);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        client(request).ifPresent(client -> {
            client.requestStarted(request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2);
            if (request.getHeaders().contains(HttpHeader.UPGRADE)) {
                Runnable loggedIn = client::authenticated;
                request.setAttribute(LOGGED_IN, loggedIn);
            }
            Request.addCompletionListener(
                    request,
                    failure -> client.requestCompleted(response.getStatus() == HttpStatus.SWITCHING_PROTOCOLS_101));
        });
        return super.handle(request, response, callback);
    }

    /** Marks the connection as authenticated, unless the user is anonymous. */
    public static void loggedIn(Request request, Login login) {
        if (!login.user().name().equals(User.ANONYMOUS)) {
            client(request).ifPresent(ClientConnection::authenticated);
        }
    }

    private static Optional<ClientConnection> client(Request request) {
        return ClientConnection.Holder.of(
                request.getConnectionMetaData().getConnection().getEndPoint());
    }
}
