package io.datahub.jwt;

import io.datahub.api.Home;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.http.HttpMount;
import io.datahub.api.json.JsonText;
import io.datahub.api.log.LogText;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.UserRegistry;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sign-in to the web page by OpenID Connect (authorization code flow with PKCE): {@code /session/oidc} says whether it is
 * configured, {@code /session/oidc/start} sends a browser to the issuer, and {@code /session/oidc/callback} is where it
 * comes back with a code. Never blocks while the issuer answers.
 */
@Component(
        name = "io.datahub.oidc",
        service = {Handler.class, HealthCheck.class},
        property = HealthCheck.NAME + "=oidc")
@HttpMount(path = OidcHandler.MOUNT, methods = "GET", access = "handler")
@Designate(ocd = OidcConfiguration.class)
public final class OidcHandler extends Handler.Abstract implements HealthCheck {

    static final String MOUNT = "/session/oidc";

    private static final Logger LOG = LoggerFactory.getLogger(OidcHandler.class);

    /** Limits what clients can have the hub send to the issuer. */
    private static final int MAX_REQUESTS = 64;

    private final Optional<OidcSettings> settings;
    private final String problem;
    private final Authenticator authenticator;
    private final UserRegistry registry;
    private final Semaphore requests = new Semaphore(MAX_REQUESTS);
    private final Optional<OidcProvider> provider;
    private volatile String failure = "";

    @Activate
    public OidcHandler(
            @Reference Home home,
            @Reference Authenticator authenticator,
            @Reference UserRegistry registry,
            @Reference JwtVerifier jwt,
            OidcConfiguration configuration) {
        this.authenticator = authenticator;
        this.registry = registry;
        Optional<OidcSettings> found = Optional.empty();
        String wrong = "";
        if (!configuration.issuer().isBlank()) {
            try {
                found = Optional.of(OidcSettings.of(configuration, home.root()));
            } catch (IllegalArgumentException e) {
                wrong = "etc/io.datahub.oidc.cfg: " + e.getMessage();
                LOG.error("event=oidc.configuration.invalid reason={}", LogText.quoted(e.getMessage()));
            }
        }
        settings = found;
        problem = wrong;
        provider = settings.map(valid -> new OidcProvider(valid, jwt.client(), System::nanoTime));
        settings.ifPresent(valid -> LOG.info(
                "event=oidc.started issuer={} client={} redirectUri={}",
                LogText.quoted(valid.issuer()),
                LogText.quoted(valid.clientId()),
                LogText.quoted(valid.redirectUri())));
    }

    @Override
    public Health check() {
        if (!problem.isEmpty()) {
            return Health.degraded(problem);
        }
        String last = failure;
        return last.isEmpty()
                ? Health.ready(settings.map(valid -> "people sign in at " + valid.issuer())
                        .orElse("not configured"))
                : Health.degraded("nobody can sign in: " + last);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String path = request.getHttpURI().getPath();
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        if (path.equals(MOUNT)) {
            describe(response, callback);
            return true;
        }
        boolean isStart = path.equals(MOUNT + "/start");
        if (settings.isEmpty() || (!isStart && !path.equals(MOUNT + "/callback"))) {
            refuse(request, response, callback, new Refusal(Reason.NOT_FOUND, "there is nothing at this path"));
            return true;
        }
        OidcExchange exchange =
                new OidcExchange(settings.get(), request, response, callback, authenticator, registry, this::ended);
        if (!requests.tryAcquire()) {
            exchange.refuse(OidcExchange.UNAVAILABLE, "too many sign-ins are in progress");
        } else if (isStart) {
            exchange.start(provider.orElseThrow(), InstantSource.system());
        } else {
            exchange.complete(provider.orElseThrow(), InstantSource.system());
        }
        return true;
    }

    /** @param reason why the issuer couldn't be asked; empty if it could; null if it wasn't asked */
    private void ended(String reason) {
        requests.release();
        if (reason != null) {
            failure = reason;
        }
    }

    private void describe(Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        byte[] json = JsonText.of(generator -> {
            generator.writeStartObject();
            generator.writeArrayFieldStart("providers");
            if (settings.isPresent()) {
                generator.writeStartObject();
                generator.writeStringField("label", settings.get().label());
                generator.writeStringField("start", MOUNT + "/start");
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeEndObject();
        });
        response.write(true, ByteBuffer.wrap(json), callback);
    }

    private static void refuse(Request request, Response response, Callback callback, Refusal refusal) {
        request.setAttribute(Refusal.class.getName(), refusal);
        Response.writeError(request, response, callback, refusal.reason().status(), refusal.detail());
    }
}
