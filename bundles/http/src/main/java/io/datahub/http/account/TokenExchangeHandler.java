package io.datahub.http.account;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.http.HttpMount;
import io.datahub.api.json.JsonText;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.user.UserRegistry.IssuedToken;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Exchanges a JWT that a trust rule accepts for a token of the hub, at {@code /tokens/exchange} (RFC 8693). The JWT is
 * the credential, so the request needs no other. Errors are those of RFC 6749, 5.2, and problem details at once.
 */
@Component(service = Handler.class)
@HttpMount(
        path = "/tokens/exchange",
        exact = true,
        methods = "POST",
        access = "open",
        maxBodyBytes = ExchangeRequest.MAX_BYTES)
public final class TokenExchangeHandler extends Handler.Abstract {

    private static final Duration LIFETIME = Duration.ofHours(1);
    private static final HttpField PROBLEM =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/problem+json");

    private final Authenticator authenticator;
    private final UserRegistry registry;

    @Activate
    public TokenExchangeHandler(@Reference Authenticator authenticator, @Reference UserRegistry registry) {
        this.authenticator = authenticator;
        this.registry = registry;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Exchange exchange = new Exchange(request, response, callback);
        if (Conditions.check(exchange, true)) {
            ShortBody.read(exchange, ExchangeRequest.MAX_BYTES, body -> exchange(exchange, body));
        }
        return true;
    }

    private void exchange(Exchange exchange, byte[] body) {
        Result<Credentials.ExternalToken> token = ExchangeRequest.parse(
                body, exchange.header(HttpHeader.CONTENT_TYPE).orElse(""));
        if (token.isRefused()) {
            refuse(exchange, token.refusal().orElseThrow().detail());
            return;
        }
        Origin origin = (Origin) exchange.request().getAttribute(Origin.class.getName());
        authenticator.authenticate(
                token.get(),
                origin,
                exchange.request().getComponents().getExecutor(),
                login -> authenticated(exchange, token.get(), origin, login));
    }

    private void authenticated(Exchange exchange, Credentials token, Origin origin, Result<Login> login) {
        try {
            if (!login.isRefused()) {
                issue(exchange, login.get());
            } else if (login.refusal().orElseThrow().reason() == Reason.UNAUTHENTICATED) {
                refuseDelayed(exchange, authenticator.failureDelay(token, origin));
            } else {
                exchange.refuse(login.refusal().orElseThrow());
            }
        } catch (IOException | RuntimeException e) {
            Response.writeError(exchange.request(), exchange.response(), exchange.callback(), e);
        }
    }

    private void issue(Exchange exchange, Login login) throws IOException {
        Result<IssuedToken> issued =
                registry.issueShortLived(login, LIFETIME, login.label().orElse(""));
        issued.refusal().ifPresentOrElse(exchange::refuse, () -> show(exchange, issued.get()));
    }

    private static void show(Exchange exchange, IssuedToken issued) {
        Instant expires = issued.credential().expires().orElseThrow();
        exchange.response().getHeaders().put(Exchange.NOT_STORED);
        exchange.json(200, JsonText.of(json -> {
            json.writeStartObject();
            json.writeStringField("access_token", issued.token());
            json.writeStringField("issued_token_type", ExchangeRequest.ACCESS_TOKEN);
            json.writeStringField("token_type", "Bearer");
            json.writeNumberField(
                    "expires_in",
                    Math.max(0, Duration.between(Instant.now(), expires).toSeconds()));
            json.writeStringField("user", issued.user());
            json.writeStringField("id", issued.credential().id());
            json.writeStringField("label", issued.credential().label());
            json.writeStringField("expires", expires.toString());
            json.writeEndObject();
        }));
    }

    /** Refuses a token after a delay, without blocking a thread. The reason is in the audit log alone. */
    private static void refuseDelayed(Exchange exchange, Duration delay) {
        String detail = "no trust rule accepts the JWT, or its signature is wrong; the hub's audit log says which";
        if (delay.isZero()) {
            refuse(exchange, detail);
            return;
        }
        exchange.request().addIdleTimeoutListener(timeout -> false);
        var components = exchange.request().getComponents();
        components
                .getScheduler()
                .schedule(
                        () -> components.getExecutor().execute(() -> refuse(exchange, detail)),
                        delay.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private static void refuse(Exchange exchange, String detail) {
        Refusal refusal = new Refusal(Reason.BAD_REQUEST, detail);
        exchange.response().getHeaders().put(PROBLEM);
        exchange.response().getHeaders().put(Exchange.NOT_STORED);
        exchange.body(refusal.reason().status(), JsonText.of(json -> {
            json.writeStartObject();
            json.writeStringField("type", "about:blank");
            json.writeStringField("title", refusal.reason().title());
            json.writeNumberField("status", refusal.reason().status());
            json.writeStringField("detail", detail);
            json.writeStringField("error", "invalid_request");
            json.writeStringField("error_description", detail);
            json.writeEndObject();
        }));
    }
}
