package io.datahub.api.http;

import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * The service properties with which the HTTP server registers a Jetty handler (a service {@code
 * org.eclipse.jetty.server.Handler}), set by annotating the component. Before a request reaches the handler, the server
 * has checked what it checks for its own handlers, too: the credentials, the origin of a browser's write, limits per
 * address, and the properties here. The handler finds the user as the request attribute {@code io.datahub.api.user.Login}
 * (absent if {@link #access} is {@code handler}, or {@code open} and there were no credentials), the client's address as {@code
 * io.datahub.api.user.Origin}, and the body as it was sent. A handler that has to refuse a request calls {@code
 * Response.writeError}; the server makes {@code application/problem+json} of it.
 *
 * <p>Of several handlers with the same path, the one with the highest service ranking gets the requests, and the others
 * none: health and log report them. While a component that declares a handler is started, stopped or updated, its requests
 * are answered with 503.
 */
@ComponentPropertyType
public @interface HttpMount {

    /** What the names of the service properties begin with. */
    String PREFIX_ = "datahub.http.";

    /**
     * The path, such as {@code /files}, with everything below it unless {@link #exact}. It begins with a slash and doesn't
     * end with one, and has no characters that are percent-encoded in URLs. The handler with the longest path that matches
     * gets a request.
     *
     * @return the path
     */
    String path();

    /**
     * Whether the handler gets requests for the path alone, and not for what is below it.
     *
     * @return whether it does
     */
    boolean exact() default false;

    /**
     * The methods that the handler supports, in upper case; {@code HEAD} comes with {@code GET}. Others are answered with
     * 405, and {@code OPTIONS} with the list.
     *
     * @return the methods; empty if the handler gets all
     */
    String[] methods() default {};

    /**
     * Who may send requests to the handler:
     *
     * <ul>
     *   <li>{@code user}: who has valid credentials; the user {@code anonymous}, where there is one, has them too
     *   <li>{@code monitor}, {@code admin}: users with that role ({@code admin} is {@code monitor} as well)
     *   <li>{@code publish:TOPIC}, {@code subscribe:TOPIC}: users with a grant for this prefix of topics, such as {@code
     *       publish:build.}
     *   <li>{@code read:PATH}, {@code create:PATH}, {@code write:PATH}: users with a grant for this record, or for this
     *       tree if it ends with a slash
     *   <li>{@code open}: everybody, also without credentials; who presents some must have valid ones, and is
     *       without a login while they can't be verified
     *   <li>{@code handler}: everybody. The server doesn't evaluate credentials at all: the handler authenticates on its
     *       own, by a signature or by what {@code Authorization} has, say. It can open a session for a browser, see
     *       {@link SessionOpener}
     * </ul>
     *
     * Others are answered with 401 or 403.
     *
     * @return what is required
     */
    String access() default "user";

    /**
     * The maximum size of a request's body, in bytes. Larger ones are answered with 413, or fail while the handler reads
     * them.
     *
     * @return the size; negative for any
     */
    long maxBodyBytes() default -1;

    /**
     * Whether requests that the handler declines (by returning false) are for the next handler of the same path, such as
     * those that are no WebSocket. A handler that isn't shared has its path for itself.
     *
     * @return whether the path is shared
     */
    boolean shared() default false;
}
