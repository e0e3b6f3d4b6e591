package io.datahub.http.account;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.http.HttpMount;
import io.datahub.api.json.JsonText;
import io.datahub.api.user.Login;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.api.user.UserRegistry.IssuedToken;
import io.datahub.jetty.web.BodyDrainer;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.Query;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The tokens of the user, at {@code /tokens}: {@code POST} issues one and shows it once, {@code GET} lists them, {@code
 * DELETE /tokens/ID} revokes one. Administrators can manage those of other users, named by {@code user}.
 */
@Component(service = Handler.class)
@HttpMount(path = TokensHandler.MOUNT)
public final class TokensHandler extends Handler.Abstract {

    static final String MOUNT = "/tokens";

    private static final String USER = "user";

    /** The kinds of credentials that are tokens of the hub. */
    private static final Set<String> TOKENS = Set.of("token", "short-lived");

    private final UserRegistry registry;

    @Activate
    public TokensHandler(@Reference UserRegistry registry) {
        this.registry = registry;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws IOException {
        Exchange exchange = new Exchange(request, response, callback);
        String path = request.getHttpURI().getPath();
        Result<Fields> query = exchange.query();
        if (query.isRefused()) {
            exchange.refuse(query.refusal().orElseThrow());
        } else if (!exchange.is(HttpMethod.OPTIONS) && !Conditions.check(exchange, true)) {
            return true;
        } else if (path.length() > MOUNT.length() + 1) {
            token(exchange, path.substring(MOUNT.length() + 1), query.get());
        } else {
            tokens(exchange, query.get());
        }
        return true;
    }

    private void tokens(Exchange exchange, Fields query) throws IOException {
        if (exchange.is(HttpMethod.POST)) {
            if (query.isEmpty()) {
                ShortBody.read(exchange, body -> issue(exchange, body));
            } else {
                BodyDrainer.refuse(
                        exchange,
                        new Refusal(
                                Reason.BAD_REQUEST,
                                "the properties of the token belong in the body, not in the query"));
            }
        } else if (exchange.isRead()) {
            list(exchange, query);
        } else if (exchange.is(HttpMethod.DELETE) && Query.flag(query, "all")) {
            revokeAll(exchange, query);
        } else {
            exchange.refuseMethod("GET, HEAD, POST, OPTIONS");
        }
    }

    /** Revokes all credentials of a user. */
    private void revokeAll(Exchange exchange, Fields query) throws IOException {
        Login login = exchange.login().orElseThrow();
        String user = Query.text(query, USER, login.user().name());
        registry.revokeAll(login, user).refusal().ifPresentOrElse(exchange::refuse, () -> exchange.empty(204));
    }

    private void issue(Exchange exchange, byte[] body) throws IOException {
        String type = exchange.header(HttpHeader.CONTENT_TYPE).orElse("");
        Result<TokenRequest> request = TokenRequest.parse(body, type);
        if (request.isRefused()) {
            exchange.refuse(request.refusal().orElseThrow());
            return;
        }
        Login login = exchange.login().orElseThrow();
        String user = request.get().user().orElse(login.user().name());
        Result<IssuedToken> issued = registry.issueToken(
                login, user, request.get().label(), request.get().expires());
        issued.refusal().ifPresentOrElse(exchange::refuse, () -> show(exchange, issued.get()));
    }

    private static void show(Exchange exchange, IssuedToken issued) {
        byte[] body = JsonText.of(json -> {
            json.writeStartObject();
            json.writeStringField("token", issued.token());
            json.writeStringField(USER, issued.user());
            write(json, issued.credential());
            json.writeEndObject();
        });
        var headers = exchange.response().getHeaders();
        headers.put(Exchange.NOT_STORED);
        headers.put(HttpHeader.LOCATION, MOUNT + "/" + issued.credential().id());
        exchange.json(201, body);
    }

    private void list(Exchange exchange, Fields query) {
        Login login = exchange.login().orElseThrow();
        String user = Query.text(query, USER, login.user().name());
        if (!user.equals(login.user().name()) && !login.user().isAdmin()) {
            exchange.refuse(Reason.FORBIDDEN, "only administrators can list the tokens of other users");
            return;
        }
        Optional<List<Credential>> tokens = tokens(user);
        if (tokens.isEmpty()) {
            exchange.refuse(Reason.NOT_FOUND, "there is no user named " + user);
            return;
        }
        Optional<Credential> current = registry.credential(login);
        exchange.json(200, JsonText.of(json -> {
            json.writeStartObject();
            json.writeStringField(USER, user);
            json.writeArrayFieldStart("tokens");
            for (Credential token : tokens.get()) {
                json.writeStartObject();
                write(json, token);
                json.writeStringField("kind", token.kind());
                json.writeStringField(
                        "lastUsed", token.lastUsed().map(Instant::toString).orElse(null));
                json.writeBooleanField(
                        "current",
                        current.filter(each -> each.id().equals(token.id())).isPresent());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }));
    }

    private Optional<List<Credential>> tokens(String user) {
        return registry.accounts().stream()
                .filter(account -> account.user().name().equals(user))
                .findFirst()
                .map(account -> account.credentials().stream()
                        .filter(credential -> TOKENS.contains(credential.kind()))
                        .toList());
    }

    private static void write(JsonGenerator json, Credential token) throws IOException {
        json.writeStringField("id", token.id());
        json.writeStringField("label", token.label());
        json.writeStringField("created", token.created().map(Instant::toString).orElse(null));
        json.writeStringField("expires", token.expires().map(Instant::toString).orElse(null));
        json.writeStringField("parent", token.parent().orElse(null));
    }

    private void token(Exchange exchange, String id, Fields query) throws IOException {
        if (!exchange.is(HttpMethod.DELETE)) {
            exchange.refuseMethod("DELETE, OPTIONS");
            return;
        }
        Login login = exchange.login().orElseThrow();
        String user = Query.text(query, USER, login.user().name());
        boolean known = tokens(user)
                .filter(all -> all.stream().anyMatch(token -> token.id().equals(id)))
                .isPresent();
        if (!known && (user.equals(login.user().name()) || login.user().isAdmin())) {
            exchange.refuse(Reason.NOT_FOUND, "the user " + user + " has no token " + id);
            return;
        }
        Optional<Refusal> refusal = Query.flag(query, "descendants")
                ? registry.revokeWithDescendants(login, user, id).refusal()
                : registry.revokeToken(login, user, id).refusal();
        refusal.ifPresentOrElse(exchange::refuse, () -> exchange.empty(204));
    }
}
