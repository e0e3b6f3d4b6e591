package io.datahub.http.account;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.json.JsonText;
import io.datahub.api.path.PercentText;
import io.datahub.api.user.Login;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.api.user.UserRegistry.IssuedToken;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.Query;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.Fields;

/** What can be done with the tokens of a user, and how it is answered. */
record UserTokens(UserRegistry registry) {

    static final String USER = "user";

    /** Where the tokens are: of the user who asks, and below the path of each user. */
    static final String PATH = "/tokens";

    /** The kinds of credentials that are tokens of the hub. */
    private static final Set<String> TOKENS = Set.of("token", "short-lived");

    /** Issues a token and shows it once. */
    void issue(Exchange exchange, String user, TokenRequest request) throws IOException {
        Result<IssuedToken> issued =
                registry.issueToken(exchange.login().orElseThrow(), user, request.label(), request.expires());
        String mount = user.equals(exchange.user().name()) ? PATH : "/users/" + PercentText.encodePath(user) + PATH;
        issued.refusal().ifPresentOrElse(exchange::refuse, () -> show(exchange, issued.get(), mount));
    }

    /** @param mount the path at which the user's tokens are */
    private static void show(Exchange exchange, IssuedToken issued, String mount) {
        byte[] body = JsonText.of(json -> {
            json.writeStartObject();
            json.writeStringField("token", issued.token());
            json.writeStringField(USER, issued.user());
            write(json, issued.credential());
            json.writeEndObject();
        });
        var headers = exchange.response().getHeaders();
        headers.put(Exchange.NOT_STORED);
        headers.put(HttpHeader.LOCATION, mount + "/" + issued.credential().id());
        exchange.json(201, body);
    }

    /** Lists the tokens of a user. */
    void list(Exchange exchange, String user) {
        Login login = exchange.login().orElseThrow();
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

    /** Writes what describes a token. */
    static void write(JsonGenerator json, Credential token) throws IOException {
        json.writeStringField("id", token.id());
        json.writeStringField("label", token.label());
        json.writeStringField("created", token.created().map(Instant::toString).orElse(null));
        json.writeStringField("expires", token.expires().map(Instant::toString).orElse(null));
        json.writeStringField("parent", token.parent().orElse(null));
    }

    /** Revokes all credentials of a user. */
    void revokeAll(Exchange exchange, String user) throws IOException {
        registry.revokeAll(exchange.login().orElseThrow(), user)
                .refusal()
                .ifPresentOrElse(exchange::refuse, () -> exchange.empty(204));
    }

    /** Revokes a token, and what was created with it if the query says so. */
    void revoke(Exchange exchange, String user, String id, Fields query) throws IOException {
        Login login = exchange.login().orElseThrow();
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
