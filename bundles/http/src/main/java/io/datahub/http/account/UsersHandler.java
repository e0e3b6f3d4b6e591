package io.datahub.http.account;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.http.HttpMount;
import io.datahub.api.json.JsonText;
import io.datahub.api.path.PercentText;
import io.datahub.api.user.UserDefinition;
import io.datahub.api.user.UserDefinitions;
import io.datahub.api.user.UserRegistry;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
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
 * The users at {@code /users}, for administrators: their roles, grants and trust rules at {@code /users/NAME}, what is
 * added to or removed from them at {@code /users/NAME/grants}, and their tokens at {@code /users/NAME/tokens}. Each user
 * has an entity tag, by which concurrent changes are detected.
 */
@Component(service = Handler.class)
@HttpMount(path = UsersHandler.MOUNT, access = "admin")
public final class UsersHandler extends Handler.Abstract {

    static final String MOUNT = "/users";

    private final UserDefinitions definitions;
    private final UserChanges changes;
    private final UserGrants grants;
    private final UserTokens tokens;
    private final UserExplanations explanations;

    @Activate
    public UsersHandler(@Reference UserDefinitions definitions, @Reference UserRegistry registry) {
        this.definitions = definitions;
        changes = new UserChanges(definitions);
        grants = new UserGrants(changes);
        tokens = new UserTokens(registry);
        explanations = new UserExplanations(registry);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws IOException {
        Exchange exchange = new Exchange(request, response, callback);
        String path = request.getHttpURI().getPath();
        Result<Fields> query = exchange.query();
        Result<Conditions> conditions = Conditions.of(request.getHeaders());
        if (query.isRefused() || conditions.isRefused()) {
            exchange.refuse(query.refusal().or(conditions::refusal).orElseThrow());
            return true;
        }
        if (path.length() <= MOUNT.length() + 1) {
            users(exchange);
            return true;
        }
        String[] segments = path.substring(MOUNT.length() + 1).split("/", -1);
        Result<String> name = PercentText.decode(segments[0]);
        if (name.isRefused()) {
            exchange.refuse(name.refusal().orElseThrow());
        } else if (segments.length == 1) {
            user(exchange, name.get());
        } else if (segments.length == 2 && segments[1].equals("grants")) {
            grants.handle(exchange, name.get(), query.get());
        } else if (segments.length == 2 && segments[1].equals("explain")) {
            explanations.handle(exchange, name.get(), query.get());
        } else if (segments[1].equals("tokens") && segments.length <= 3) {
            tokens(exchange, name.get(), segments.length == 3 ? segments[2] : "", query.get());
        } else {
            exchange.refuse(Reason.NOT_FOUND, "a user has grants, tokens and explain, and nothing else");
        }
        return true;
    }

    private void users(Exchange exchange) throws IOException {
        if (exchange.is(HttpMethod.POST)) {
            ShortBody.read(
                    exchange, UserJson.MAX_BYTES, body -> store(exchange, UserJson.read(body, Optional.empty()), true));
        } else if (exchange.isRead()) {
            Result<List<UserDefinition>> users =
                    definitions.all(exchange.login().orElseThrow());
            users.refusal().ifPresentOrElse(exchange::refuse, () -> list(exchange, users.get()));
        } else {
            exchange.refuseMethod("GET, HEAD, POST, OPTIONS");
        }
    }

    private static void list(Exchange exchange, List<UserDefinition> users) {
        show(exchange, JsonText.of(json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("users");
            for (UserDefinition user : users) {
                UserJson.write(json, user);
            }
            json.writeEndArray();
            json.writeEndObject();
        }));
    }

    private static void show(Exchange exchange, byte[] json) {
        String etag = UserJson.etag(json);
        exchange.response().getHeaders().put(HttpHeader.ETAG, etag);
        if (Conditions.check(exchange, true, Optional.of(etag))) {
            exchange.json(200, json);
        }
    }

    private void user(Exchange exchange, String name) throws IOException {
        if (exchange.isRead()) {
            Result<List<UserDefinition>> users =
                    definitions.all(exchange.login().orElseThrow());
            users.refusal()
                    .ifPresentOrElse(
                            exchange::refuse,
                            () -> users.get().stream()
                                    .filter(user -> user.name().equals(name))
                                    .findFirst()
                                    .ifPresentOrElse(
                                            user -> show(exchange, UserJson.of(user)),
                                            () -> exchange.refuse(UserChanges.missing(name))));
        } else if (exchange.is(HttpMethod.PUT)) {
            ShortBody.read(
                    exchange,
                    UserJson.MAX_BYTES,
                    body -> store(exchange, UserJson.read(body, Optional.of(name)), false));
        } else if (exchange.is(HttpMethod.DELETE)) {
            Result<Optional<UserDefinition>> removed = changes.change(
                    exchange,
                    name,
                    present -> present.isPresent()
                            ? Result.done(Optional.empty())
                            : Result.refused(UserChanges.missing(name)));
            removed.refusal().ifPresentOrElse(exchange::refuse, () -> exchange.empty(204));
        } else {
            exchange.refuseMethod("GET, HEAD, PUT, DELETE, OPTIONS");
        }
    }

    /**
     * Creates or replaces a user.
     *
     * @param isNew whether a user that exists is not to be replaced
     */
    private void store(Exchange exchange, Result<UserDefinition> wanted, boolean isNew) throws IOException {
        if (wanted.isRefused()) {
            exchange.refuse(wanted.refusal().orElseThrow());
            return;
        }
        String name = wanted.get().name();
        boolean[] created = {false};
        Result<Optional<UserDefinition>> changed = changes.change(exchange, name, present -> {
            created[0] = present.isEmpty();
            return isNew && present.isPresent()
                    ? Result.refused(Reason.CONFLICT, "there is a user named " + name + " already; PUT replaces it")
                    : Result.done(Optional.of(wanted.get()));
        });
        if (created[0]) {
            exchange.response().getHeaders().put(HttpHeader.LOCATION, MOUNT + "/" + PercentText.encodePath(name));
        }
        UserChanges.respond(exchange, changed, created[0] ? 201 : 200);
    }

    private void tokens(Exchange exchange, String name, String id, Fields query) throws IOException {
        if (!Conditions.check(exchange, true)) {
            return;
        }
        if (exchange.is(HttpMethod.DELETE) && !id.isEmpty()) {
            tokens.revoke(exchange, name, id, query);
        } else if (exchange.is(HttpMethod.POST) && id.isEmpty()) {
            ShortBody.read(exchange, body -> {
                String type = exchange.header(HttpHeader.CONTENT_TYPE).orElse("");
                Result<TokenRequest> request = TokenRequest.parse(body, type);
                if (request.isRefused()) {
                    exchange.refuse(request.refusal().orElseThrow());
                } else if (request.get()
                        .user()
                        .filter(user -> !user.equals(name))
                        .isPresent()) {
                    exchange.refuse(Reason.BAD_REQUEST, "user isn't that of the path");
                } else {
                    tokens.issue(exchange, name, request.get());
                }
            });
        } else if (exchange.isRead() && id.isEmpty()) {
            tokens.list(exchange, name);
        } else {
            exchange.refuseMethod(id.isEmpty() ? "GET, HEAD, POST, OPTIONS" : "DELETE, OPTIONS");
        }
    }
}
