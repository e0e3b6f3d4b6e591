package io.datahub.jetty.web;

import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * Requests that are handled in place, on the thread that reads the sockets, which saves waking another thread: about
 * half the cost of a small download. Nothing may block there. A connection is read in place once its last request was
 * answered from memory; if the next one needs a thread after all, it is passed on to one.
 */
public final class InPlace {

    /** The end point of a socket that can be read in place. */
    public interface Target {

        /** Allows the next request to be handled in place. */
        void allowNextInPlace();

        /** Whether this request may be handled in place, as one of the few that may without giving others a turn. */
        boolean takeInPlace();
    }

    /** What to do on another thread. */
    public interface Action {
        void run() throws Exception;
    }

    private InPlace() {}

    /** Whether this thread must not block. */
    public static boolean isRequired() {
        return Invocable.isNonBlockingInvocation();
    }

    /** Allows the next request of a connection to be handled in place, since this one could have been. */
    public static void allowNext(Request request) {
        if (target(request) instanceof Target target) {
            target.allowNextInPlace();
        }
    }

    /** Whether the request may be handled in place, if that needs no blocking. */
    public static boolean take(Request request) {
        return target(request) instanceof Target target && target.takeInPlace();
    }

    /** The end point of the socket, perhaps below TLS; null for HTTP/2, where one connection has many requests. */
    private static Object target(Request request) {
        if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_1_1) {
            return null;
        }
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        while (endPoint instanceof EndPoint.Wrapper wrapper) {
            endPoint = wrapper.unwrap();
        }
        return endPoint;
    }

    /** Continues to handle a request on a thread that may block. */
    public static void leave(Request request, Response response, Callback callback, Action action) {
        request.getComponents().getExecutor().execute(() -> {
            try {
                action.run();
            } catch (Exception e) {
                Response.writeError(request, response, callback, e);
            }
        });
    }
}
