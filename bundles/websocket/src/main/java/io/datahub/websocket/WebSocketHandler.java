package io.datahub.websocket;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.event.EventBroker;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.history.EventHistory;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.jetty.web.WebOrigins;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Configuration;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.WebSocketConstants;
import org.eclipse.jetty.websocket.core.WebSocketExtensionRegistry;
import org.eclipse.jetty.websocket.core.server.Handshaker;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeRequest;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeResponse;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Upgrades requests for {@code /events} to WebSocket (RFC 6455, and RFC 8441 over HTTP/2) and declines all other
 * requests. It doesn't depend on the server that it is mounted in, so it can be added and removed while the server is
 * running.
 */
@Component(
        service = {Handler.class, HealthCheck.class},
        configurationPid = "io.datahub.websocket",
        property = {
            "datahub.http.path=/events",
            "datahub.http.access=open",
            "datahub.http.shared:Boolean=true",
            "service.ranking:Integer=100",
            HealthCheck.NAME + "=websocket"
        })
@Designate(ocd = WebSocketConfiguration.class)
public final class WebSocketHandler extends Handler.Abstract implements HealthCheck {

    /** A request attribute set by the HTTP server: run when a client authenticates after its handshake. */
    private static final String LOGGED_IN = "datahub.http.loggedIn";

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketHandler.class);
    private static final int OUTPUT_BUFFER_BYTES = 32 * 1024;

    private final WebSocketEndpoint endpoint;
    private volatile WebOrigins origins;
    private final Handshaker handshaker = Handshaker.newInstance();
    private final WebSocketComponents components;

    @Activate
    public WebSocketHandler(
            @Reference EventBroker broker,
            @Reference Authenticator authenticator,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) EventHistory history,
            WebSocketConfiguration configuration) {
        endpoint = new WebSocketEndpoint(broker, authenticator, history, configuration);
        origins = new WebOrigins(configuration.origins());
        components = new WebSocketComponents(
                new WebSocketExtensionRegistry(), null, new HeapBuffers(), null, null, endpoint::execute);
        LOG.info("event=websocket.started {}", logText(configuration));
    }

    /** Applies a new configuration to new connections; existing ones stay open. */
    @Modified
    void modified(WebSocketConfiguration changed) {
        origins = new WebOrigins(changed.origins());
        endpoint.configure(changed);
        LOG.info("event=websocket.configured {}", logText(changed));
    }

    private static String logText(WebSocketConfiguration configuration) {
        return "path=/events maxMessageBytes=" + configuration.maxMessageBytes() + " maxConnections="
                + configuration.maxConnections() + " handshakeMillis=" + configuration.handshakeMillis()
                + " idleMillis=" + configuration.idleMillis();
    }

    /** Closes all connections. */
    @Deactivate
    public void deactivate() {
        int clients = endpoint.connections();
        endpoint.close();
        LOG.info("event=websocket.stopped clients={}", clients);
    }

    @Override
    public Health check() {
        return Health.ready("/events, clients=" + endpoint.connections());
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (!isEventsPath(Request.getPathInContext(request))) {
            return false;
        }
        if (!handshaker.isWebSocketUpgradeRequest(request)) {
            return isWebSocketUpgrade(request) && refuseVersion(request, response, callback);
        }
        if (!origins.isAllowed(request)) {
            return refuse(
                    request,
                    response,
                    callback,
                    HttpStatus.FORBIDDEN_403,
                    "pages of this origin may not connect; an administrator can add it to origins in "
                            + "io.datahub.websocket.cfg");
        }
        if (!endpoint.hasCapacity()) {
            return refuse(
                    request,
                    response,
                    callback,
                    HttpStatus.SERVICE_UNAVAILABLE_503,
                    "the limit of connected clients is reached; try again later");
        }
        Duration idle = Duration.ofMillis(endpoint.configuration().idleMillis());
        Configuration.Customizer limits = socket -> {
            socket.setIdleTimeout(idle);
            socket.setAutoFragment(true);
            socket.setMaxFrameSize(FrameBatch.MAX_FRAME_BYTES);
            socket.setOutputBufferSize(OUTPUT_BUFFER_BYTES);
        };
        return handshaker.upgradeRequest(this::negotiate, request, response, callback, components, limits);
    }

    private static boolean isEventsPath(String path) {
        return path.equals("/events") || path.equals("/events/");
    }

    private static boolean isWebSocketUpgrade(Request request) {
        return request.getHeaders().contains(HttpHeader.UPGRADE, "websocket");
    }

    private static boolean refuseVersion(Request request, Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.SEC_WEBSOCKET_VERSION, WebSocketConstants.SPEC_VERSION_STRING);
        return refuse(
                request,
                response,
                callback,
                HttpStatus.UPGRADE_REQUIRED_426,
                "this isn't a handshake of WebSocket version 13 (RFC 6455, 4.1)");
    }

    private static boolean refuse(Request request, Response response, Callback callback, int status, String detail) {
        Response.writeError(request, response, callback, status, detail);
        return true;
    }

    private FrameHandler negotiate(ServerUpgradeRequest request, ServerUpgradeResponse response, Callback callback) {
        List<String> offered = request.getSubProtocols();
        Optional<Subprotocol> negotiated = Subprotocol.of(offered);
        Subprotocol subprotocol = negotiated.orElse(Subprotocol.JSON);
        Result<QuerySubscription> query = QuerySubscription.of(request);
        if (query.isRefused()) {
            Refusal refusal = query.refusal().orElseThrow();
            refuse(request, response, callback, refusal.reason().status(), refusal.detail());
            return null;
        }
        response.setExtensions(List.of());
        negotiated.map(Subprotocol::subprotocol).ifPresent(response::setAcceptedSubProtocol);
        Optional<Login> login = Optional.ofNullable((Login) request.getAttribute(Login.class.getName()));
        Origin origin = (Origin) request.getAttribute(Origin.class.getName());
        Runnable loggedIn = request.getAttribute(LOGGED_IN) instanceof Runnable action ? action : () -> {};
        return new WebSocketConnection(
                endpoint, subprotocol, login, origin.withTransport("websocket"), query.get(), loggedIn);
    }
}
