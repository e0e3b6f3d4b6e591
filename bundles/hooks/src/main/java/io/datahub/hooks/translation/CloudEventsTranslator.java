package io.datahub.hooks.translation;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cloudevent.CloudEventHeaders;
import io.datahub.api.cloudevent.CloudEventMessage;
import io.datahub.api.cloudevent.CloudEventMode;
import io.datahub.api.cloudevent.CloudEventReader;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.EventTranslator;
import io.datahub.api.hook.Translation;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** CloudEvents 1.0 in structured, binary or batch mode, which are published as they are. */
@Component(property = EventTranslator.KIND + "=cloudevents")
public final class CloudEventsTranslator implements EventTranslator {

    private static final String SUBJECT = "the body";

    @Override
    public Result<Translation> translate(Delivery delivery) {
        Optional<String> contentType = delivery.header("Content-Type");
        Result<CloudEventMode> mode = CloudEventMode.of(
                contentType.orElse(""), delivery.header("ce-specversion").isPresent());
        if (mode.isRefused()) {
            return Result.refused(mode.refusal().orElseThrow());
        }
        byte[] body = delivery.body();
        Result<List<CloudEventMessage>> events = switch (mode.get()) {
            case BINARY ->
                CloudEventHeaders.read(List.copyOf(delivery.headers().entrySet()), contentType, body)
                        .then(event -> Result.done(List.of(event)));
            case BATCH -> CloudEventReader.readBatch(body, SUBJECT);
            default -> CloudEventReader.read(body, SUBJECT).then(event -> Result.done(List.of(event)));
        };
        Optional<Refusal> refusal = events.refusal();
        return refusal.isPresent()
                ? Result.refused(Reason.INVALID, refusal.get().detail())
                : Result.done(Translation.of(events.get()));
    }
}
