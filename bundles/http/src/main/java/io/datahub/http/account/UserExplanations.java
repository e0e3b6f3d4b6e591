package io.datahub.http.account;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.json.JsonText;
import io.datahub.api.user.Action;
import io.datahub.api.user.Explanation;
import io.datahub.api.user.UserRegistry;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import java.util.Optional;
import org.eclipse.jetty.util.Fields;

/** Whether a user may do what the query names ({@code read=builds/app.tgz}, say), and why or why not. */
record UserExplanations(UserRegistry registry) {

    void handle(Exchange exchange, String name, Fields query) {
        if (!exchange.isRead()) {
            exchange.refuseMethod("GET, HEAD, OPTIONS");
            return;
        }
        if (!Conditions.check(exchange, true)) {
            return;
        }
        Optional<UserRegistry.Account> account = registry.accounts().stream()
                .filter(known -> known.user().name().equals(name))
                .findFirst();
        if (account.isEmpty()) {
            exchange.refuse(UserChanges.missing(name));
            return;
        }
        Result<Explanation> explanation = explain(account.get(), query);
        explanation
                .refusal()
                .ifPresentOrElse(
                        exchange::refuse,
                        () -> exchange.json(200, JsonText.of(json -> {
                            json.writeStartObject();
                            json.writeBooleanField("allowed", explanation.get().isAllowed());
                            json.writeArrayFieldStart("reasons");
                            for (String reason : explanation.get().reasons()) {
                                json.writeString(reason);
                            }
                            json.writeEndArray();
                            json.writeEndObject();
                        })));
    }

    private static Result<Explanation> explain(UserRegistry.Account account, Fields query) {
        if (query.getSize() == 1) {
            Fields.Field field = query.iterator().next();
            Optional<Action> action = UserJson.action(field.getName());
            if (action.isPresent() && field.getValues().size() == 1) {
                return Explanation.of(account, action.get(), field.getValue());
            }
        }
        return Result.refused(
                Reason.BAD_REQUEST,
                "the query names one action and its topic or path: publish, subscribe, read, create or write, such as"
                        + " ?read=builds/");
    }
}
