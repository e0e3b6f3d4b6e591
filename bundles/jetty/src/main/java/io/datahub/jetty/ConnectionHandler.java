package io.datahub.jetty;

import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Notes on a request's connection that the request is there, that its client has logged in, and that it is over. */
final class ConnectionHandler extends Handler.Wrapper {

    /** Attribute of a request to upgrade: a {@link Runnable} for who lets the client log in after its handshake. */
    private static final String LOGGED_IN = "datahub.http.loggedIn";

    ConnectionHandler(Handler handler) {
        super(handler);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        client(request).ifPresent(client -> {
            client.begun(request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2);
            if (request.getHeaders().contains(HttpHeader.UPGRADE)) {
                Runnable loggedIn = client::loggedIn;
                request.setAttribute(LOGGED_IN, loggedIn);
            }
            Request.addCompletionListener(
                    request, failure -> client.over(response.getStatus() == HttpStatus.SWITCHING_PROTOCOLS_101));
        });
        return super.handle(request, response, callback);
    }

    /** The client of that request has shown valid credentials, or is anonymous. */
    static void loggedIn(Request request, Login login) {
        if (!login.user().name().equals(User.ANONYMOUS)) {
            client(request).ifPresent(ClientConnection::loggedIn);
        }
    }

    private static Optional<ClientConnection> client(Request request) {
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        while (endPoint instanceof EndPoint.Wrapper wrapper) {
            endPoint = wrapper.unwrap();
        }
        return endPoint instanceof ClientConnection.Holder holder ? Optional.of(holder.client()) : Optional.empty();
    }
}
