package io.datahub.http.account;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.http.HttpMount;
import io.datahub.api.user.UserRegistry;
import io.datahub.jetty.web.BodyDrainer;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.Query;
import java.io.IOException;
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

    static final String MOUNT = UserTokens.PATH;

    private final UserTokens tokens;

    @Activate
    public TokensHandler(@Reference UserRegistry registry) {
        tokens = new UserTokens(registry);
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
            tokens.list(exchange, user(exchange, query));
        } else if (exchange.is(HttpMethod.DELETE) && Query.flag(query, "all")) {
            tokens.revokeAll(exchange, user(exchange, query));
        } else {
            exchange.refuseMethod("GET, HEAD, POST, OPTIONS");
        }
    }

    private void issue(Exchange exchange, byte[] body) throws IOException {
        String type = exchange.header(HttpHeader.CONTENT_TYPE).orElse("");
        Result<TokenRequest> request = TokenRequest.parse(body, type);
        if (request.isRefused()) {
            exchange.refuse(request.refusal().orElseThrow());
            return;
        }
        tokens.issue(exchange, request.get().user().orElse(exchange.user().name()), request.get());
    }

    private void token(Exchange exchange, String id, Fields query) throws IOException {
        if (exchange.is(HttpMethod.DELETE)) {
            tokens.revoke(exchange, user(exchange, query), id, query);
        } else {
            exchange.refuseMethod("DELETE, OPTIONS");
        }
    }

    private static String user(Exchange exchange, Fields query) {
        return Query.text(query, UserTokens.USER, exchange.user().name());
    }
}
