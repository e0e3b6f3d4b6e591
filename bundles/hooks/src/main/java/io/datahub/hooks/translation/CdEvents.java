package io.datahub.hooks.translation;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.cloudevent.CloudEvent;
import io.datahub.api.cloudevent.CloudEventMessage;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.Translation;
import io.datahub.api.json.JsonText;
import io.datahub.api.path.PercentText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Writes the CDEvent of a delivery (CDEvents 0.5.1, core and its binding to CloudEvents). Its ID is derived from that of
 * the delivery, so that a repeated delivery gives the same event.
 */
final class CdEvents {

    /** The version of the specification. */
    static final String SPECIFICATION = "0.5.1";

    private static final String PIPELINE = "dev.cdevents.pipelinerun.";
    private static final String TASK = "dev.cdevents.taskrun.";
    private static final String VERSION = ".0.3.0";

    private final Delivery delivery;

    CdEvents(Delivery delivery) {
        this.delivery = delivery;
    }

    Result<Translation> pipelineQueued(Run run) {
        return pipeline("queued", run, json -> {});
    }

    Result<Translation> pipelineStarted(Run run) {
        return pipeline("started", run, json -> {});
    }

    Result<Translation> pipelineFinished(Run run, Outcome outcome) {
        return pipeline("finished", run, json -> json.writeStringField("outcome", outcome.toString()));
    }

    Result<Translation> taskStarted(Run run) {
        return task("started", run, json -> {});
    }

    Result<Translation> taskFinished(Run run, Outcome outcome) {
        return task("finished", run, json -> json.writeStringField("outcome", outcome.toString()));
    }

    /** Nothing: the delivery is of a known kind, and says nothing that a CDEvent could. */
    static Result<Translation> nothing() {
        return Result.done(Translation.of(List.of()));
    }

    static Result<Translation> unknown(String kind) {
        return Result.done(Translation.unknown(kind));
    }

    /** Fields of the content that only some events have. */
    private interface More {
        void write(JsonGenerator json) throws IOException;
    }

    private Result<Translation> pipeline(String what, Run run, More more) {
        return event(PIPELINE + what + VERSION, "pipelineName", run, more);
    }

    private Result<Translation> task(String what, Run run, More more) {
        return event(TASK + what + VERSION, "taskName", run, more);
    }

    private Result<Translation> event(String type, String nameField, Run run, More more) {
        if (!run.isComplete()) {
            return Result.refused(
                    Reason.INVALID, "the delivery doesn't say which project it is about, or which run of it");
        }
        String source = "/hooks/" + delivery.hook();
        String subjectSource = source + (run.name().isEmpty() ? "" : "/" + PercentText.encodePath(run.name()));
        String id = UUID.nameUUIDFromBytes(
                        (delivery.hook() + "\n" + delivery.id() + "\n" + type).getBytes(StandardCharsets.UTF_8))
                .toString();
        String time = delivery.received().toString();
        Map<String, Object> attributes = Map.of(
                "specversion", "1.0",
                "id", id,
                "source", source,
                "type", type,
                "subject", run.id(),
                "time", time,
                "datacontenttype", "application/json");
        byte[] bytes = JsonText.of(json -> {
            json.writeStartObject();
            for (String name : List.of("specversion", "id", "source", "type", "subject", "time", "datacontenttype")) {
                json.writeStringField(name, attributes.get(name).toString());
            }
            json.writeObjectFieldStart("data");
            json.writeObjectFieldStart("context");
            json.writeStringField("specversion", SPECIFICATION);
            json.writeStringField("id", id);
            json.writeStringField("source", source);
            json.writeStringField("type", type);
            json.writeStringField("timestamp", time);
            json.writeEndObject();
            json.writeObjectFieldStart("subject");
            json.writeStringField("id", run.id());
            json.writeStringField("source", subjectSource);
            json.writeObjectFieldStart("content");
            json.writeStringField(nameField, run.name().isEmpty() ? run.project() : run.name());
            json.writeStringField("uri", uri(run));
            more.write(json);
            json.writeEndObject();
            json.writeEndObject();
            json.writeEndObject();
            json.writeEndObject();
        });
        return CloudEvent.of(attributes)
                .then(event -> Result.done(Translation.of(List.of(new CloudEventMessage(event, bytes)))));
    }

    /** CDEvents requires a URI of a started run; a run without a page gets a name instead. */
    private static String uri(Run run) {
        return CloudEvent.isUri(run.url()) ? run.url() : "urn:datahub:run:" + PercentText.encodePath(run.id());
    }
}
