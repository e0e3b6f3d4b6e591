package io.datahub.hooks.status;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.hook.Webhooks;
import io.datahub.api.hook.Webhooks.DeadLetter;
import io.datahub.api.hook.Webhooks.WebhookStatus;
import io.datahub.api.http.HttpMount;
import io.datahub.api.path.PercentText;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * The webhooks with their last messages, as JSON at {@code /status/webhooks}, and the dead letters of one at {@code
 * /status/webhooks/NAME/dead-letters}, where {@code POST} sends them again and {@code DELETE} removes them, one with {@code
 * /ID} or all. For administrators.
 */
@Component(service = Handler.class)
@HttpMount(
        path = WebhookStatusHandler.MOUNT,
        methods = {"GET", "POST", "DELETE"},
        access = "admin",
        maxBodyBytes = 1024)
public final class WebhookStatusHandler extends Handler.Abstract {

    static final String MOUNT = "/status/webhooks";
    private static final String LETTERS = "dead-letters";
    private static final int MAX_LETTERS = 100;

    private final Webhooks webhooks;
    private final Optional<String> hub;

    @Activate
    public WebhookStatusHandler(
            @Reference Webhooks webhooks,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    ClusterView cluster) {
        this.webhooks = webhooks;
        hub = Optional.ofNullable(cluster).map(ClusterView::hub);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Exchange exchange = new Exchange(request, response, callback);
        String[] segments =
                request.getHttpURI().getPath().substring(MOUNT.length()).split("/", -1);
        if (segments.length == 1 && exchange.isRead()) {
            webhooks(exchange);
        } else if (segments.length == 1) {
            exchange.refuseMethod("GET, HEAD, OPTIONS");
        } else if (segments.length < 3
                || segments.length > 4
                || !segments[2].equals(LETTERS)
                || segments[segments.length - 1].isEmpty()) {
            exchange.refuse(Reason.NOT_FOUND, "a webhook has " + LETTERS + ", and nothing else");
        } else {
            Result<String> id = segments.length == 4 ? PercentText.decode(segments[3]) : Result.done("");
            id.refusal().ifPresentOrElse(exchange::refuse, () -> letters(exchange, segments[1], id.get()));
        }
        return true;
    }

    private void letters(Exchange exchange, String webhook, String id) {
        Optional<String> one = id.isEmpty() ? Optional.empty() : Optional.of(id);
        boolean isList = exchange.isRead() && one.isEmpty();
        if (!isList && !exchange.is(HttpMethod.POST) && !exchange.is(HttpMethod.DELETE)) {
            exchange.refuseMethod(one.isEmpty() ? "GET, HEAD, POST, DELETE, OPTIONS" : "POST, DELETE, OPTIONS");
            return;
        }
        Result<List<DeadLetter>> letters = webhooks.deadLetters(webhook);
        if (letters.isRefused()) {
            exchange.refuse(letters.refusal().orElseThrow());
            return;
        }
        boolean exists = one.isEmpty()
                || letters.get().stream().anyMatch(letter -> letter.id().equals(id));
        if (!Conditions.check(exchange, exists)) {
            return;
        }
        if (isList) {
            list(exchange, letters.get());
        } else if (exchange.is(HttpMethod.POST)) {
            count(exchange, "resent", webhooks.resend(webhook, one));
        } else {
            count(exchange, "dropped", webhooks.drop(webhook, one));
        }
    }

    private static void count(Exchange exchange, String field, Result<Integer> count) {
        count.refusal()
                .ifPresentOrElse(
                        exchange::refuse,
                        () -> StatusJson.send(exchange, json -> {
                            json.writeStartObject();
                            json.writeNumberField(field, count.get());
                            json.writeEndObject();
                        }));
    }

    private void webhooks(Exchange exchange) {
        StatusJson.send(exchange, json -> {
            json.writeStartObject();
            StatusJson.write(json, hub);
            json.writeArrayFieldStart("webhooks");
            for (WebhookStatus webhook : webhooks.webhooks()) {
                json.writeStartObject();
                json.writeStringField("name", webhook.name());
                json.writeStringField("kind", webhook.kind());
                json.writeStringField("host", webhook.host());
                json.writeStringField("state", webhook.state());
                json.writeStringField("sender", webhook.sender().orElse(null));
                json.writeStringField(
                        "nextAttempt",
                        webhook.nextAttempt().map(Instant::toString).orElse(null));
                json.writeNumberField("delivered", webhook.delivered());
                json.writeNumberField("dropped", webhook.dropped());
                json.writeNumberField("deadLetters", webhook.deadLetters());
                json.writeStringField("problem", webhook.problem());
                StatusJson.write(json, webhook.recent());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /** The oldest dead letters, and how many there are. */
    private static void list(Exchange exchange, List<DeadLetter> letters) {
        StatusJson.send(exchange, json -> {
            json.writeStartObject();
            json.writeNumberField("total", letters.size());
            json.writeArrayFieldStart("deadLetters");
            for (DeadLetter letter : letters.subList(0, Math.min(MAX_LETTERS, letters.size()))) {
                json.writeStartObject();
                json.writeStringField("id", letter.id());
                json.writeStringField("topic", letter.topic());
                json.writeStringField("time", letter.time().toString());
                json.writeStringField("reason", letter.reason());
                json.writeBooleanField("resendable", letter.resendable());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}
