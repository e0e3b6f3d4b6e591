package io.datahub.hooks.translation;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cloudevent.CloudEventHeaders;
import io.datahub.api.cloudevent.CloudEventMessage;
import io.datahub.api.cloudevent.CloudEventReader;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.EventTranslator;
import io.datahub.api.hook.Translation;
import io.datahub.hooks.json.JsonFields;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/**
 * Senders by Standard Webhooks 1.0. A body that is a CloudEvent is published as it is; one in the form that the standard
 * recommends ({@code type}, {@code timestamp}, {@code data}) becomes the data of a CloudEvent of that type.
 */
@Component(property = EventTranslator.KIND + "=standard")
public final class StandardTranslator implements EventTranslator {

    @Override
    public Result<Translation> translate(Delivery delivery) {
        byte[] body = delivery.body();
        Result<JsonFields> fields = JsonFields.parse(body);
        if (fields.isRefused()) {
            return Result.refused(fields.refusal().orElseThrow());
        }
        Result<CloudEventMessage> event = CloudEventReader.read(body, "the body");
        if (!event.isRefused()) {
            return Result.done(Translation.of(List.of(event.get())));
        }
        String type = fields.get().text("type");
        if (type.isEmpty()) {
            return CdEvents.unknown("no type");
        }
        Result<CloudEventMessage> sent = wrap(delivery, type, fields.get().text("timestamp"), body);
        Result<CloudEventMessage> wrapped =
                sent.isRefused() ? wrap(delivery, type, delivery.received().toString(), body) : sent; // no RFC 3339
        Optional<Refusal> refusal = wrapped.refusal();
        return refusal.isPresent()
                ? Result.refused(Reason.INVALID, refusal.get().detail())
                : Result.done(Translation.of(List.of(wrapped.get())));
    }

    private static Result<CloudEventMessage> wrap(Delivery delivery, String type, String time, byte[] body) {
        List<Map.Entry<String, String>> headers = List.of(
                Map.entry("ce-specversion", "1.0"),
                Map.entry("ce-id", CloudEventHeaders.encoded(delivery.id())),
                Map.entry("ce-source", "/hooks/" + delivery.hook()),
                Map.entry("ce-type", CloudEventHeaders.encoded(type)),
                Map.entry("ce-time", CloudEventHeaders.encoded(time)));
        return CloudEventHeaders.read(headers, Optional.of("application/json"), body);
    }
}
