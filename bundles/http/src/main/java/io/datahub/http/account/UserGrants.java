package io.datahub.http.account;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.UserDefinition;
import io.datahub.jetty.web.Exchange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.util.Fields;

/** What is granted to a user, and revoked, one by one. */
record UserGrants(UserChanges changes) {

    void handle(Exchange exchange, String name, Fields query) throws IOException {
        if (exchange.is(HttpMethod.POST)) {
            ShortBody.read(exchange, UserJson.MAX_BYTES, body -> grant(exchange, UserJson.readGrants(body, name)));
        } else if (exchange.is(HttpMethod.DELETE)) {
            revoke(exchange, name, query);
        } else {
            exchange.refuseMethod("POST, DELETE, OPTIONS");
        }
    }

    private void grant(Exchange exchange, Result<UserDefinition> added) throws IOException {
        if (added.isRefused()) {
            exchange.refuse(added.refusal().orElseThrow());
            return;
        }
        String name = added.get().name();
        Result<Optional<UserDefinition>> changed = changes.change(
                exchange,
                name,
                present -> present.map(user -> Result.done(Optional.of(user.plus(added.get()))))
                        .orElseGet(() -> Result.refused(UserChanges.missing(name))));
        UserChanges.respond(exchange, changed, 200);
    }

    /** Removes what the query names: {@code publish=build.}, say, or {@code role=ci}. */
    private void revoke(Exchange exchange, String name, Fields query) throws IOException {
        List<String> lostRoles = new ArrayList<>();
        List<Grant> lostGrants = new ArrayList<>();
        for (Fields.Field field : query) {
            Optional<Action> action = UserJson.action(field.getName());
            if (action.isEmpty() && !field.getName().equals("role")) {
                exchange.refuse(
                        Reason.BAD_REQUEST,
                        "the query names what is revoked: role, publish, subscribe, read, create or write, not "
                                + field.getName());
                return;
            }
            for (String value : field.getValues()) {
                action.ifPresentOrElse(
                        word -> lostGrants.add(UserDefinition.own(name, word, value)), () -> lostRoles.add(value));
            }
        }
        if (query.isEmpty()) {
            exchange.refuse(Reason.BAD_REQUEST, "name what is revoked in the query, such as ?publish=build.");
            return;
        }
        UserDefinition lost = new UserDefinition(name, false, lostRoles, lostGrants, List.of(), List.of());
        Result<Optional<UserDefinition>> changed = changes.change(
                exchange,
                name,
                present -> present.map(user -> user.minus(lost).then(less -> Result.done(Optional.of(less))))
                        .orElseGet(() -> Result.refused(UserChanges.missing(name))));
        UserChanges.respond(exchange, changed, 200);
    }
}
