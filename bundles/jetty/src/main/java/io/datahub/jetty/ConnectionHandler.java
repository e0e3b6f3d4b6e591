package io.datahub.jetty;

import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Notes on a request's connection that the request is there, that it is over, and whether it showed valid credentials. */
final class ConnectionHandler extends Handler.Wrapper {

    ConnectionHandler(Handler handler) {
        super(handler);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        while (endPoint instanceof EndPoint.Wrapper wrapper) {
            endPoint = wrapper.unwrap();
        }
        if (endPoint instanceof ClientConnection.Holder holder) {
            ClientConnection client = holder.client();
            client.begun(request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2);
            Request.addCompletionListener(
                    request,
                    failure -> client.over(
                            isLoggedIn(request), response.getStatus() == HttpStatus.SWITCHING_PROTOCOLS_101));
        }
        return super.handle(request, response, callback);
    }

    private static boolean isLoggedIn(Request request) {
        return request.getAttribute(Login.class.getName()) instanceof Login login
                && !login.user().name().equals(User.ANONYMOUS);
    }
}
