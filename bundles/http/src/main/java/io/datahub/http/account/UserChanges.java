package io.datahub.http.account;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Login;
import io.datahub.api.user.UserDefinition;
import io.datahub.api.user.UserDefinitions;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;

/** Changes of users on the conditions of a request, and how they are answered. */
record UserChanges(UserDefinitions definitions) {

    /** Responds with the changed user. */
    static void respond(Exchange exchange, Result<Optional<UserDefinition>> changed, int status) {
        if (changed.isRefused()) {
            exchange.response().getHeaders().remove(HttpHeader.LOCATION);
            exchange.refuse(changed.refusal().orElseThrow());
        } else {
            byte[] json = UserJson.of(changed.get().orElseThrow());
            exchange.response().getHeaders().put(HttpHeader.ETAG, UserJson.etag(json));
            exchange.json(status, json);
        }
    }

    /** Changes a user if the conditions of the request hold for it. */
    Result<Optional<UserDefinition>> change(Exchange exchange, String name, UserDefinitions.Change change)
            throws IOException {
        Login login = exchange.login().orElseThrow();
        Conditions conditions = Conditions.of(exchange.request().getHeaders()).get();
        return definitions.change(
                login,
                name,
                present -> conditions.permit(present.isPresent(), present.map(UserJson::etag))
                        ? change.apply(present)
                        : Result.refused(Conditions.failed()));
    }

    static Refusal missing(String name) {
        return new Refusal(Reason.NOT_FOUND, "there is no user named " + name);
    }
}
