package io.datahub.hooks.translation;

import io.datahub.api.Result;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.EventTranslator;
import io.datahub.api.hook.Translation;
import io.datahub.hooks.json.JsonFields;
import org.osgi.service.component.annotations.Component;

/**
 * TeamCity: the built-in webhooks (jetbrains.com/help/teamcity/teamcity-webhooks.html), whose payload is a build as in
 * the REST API, and the JSON of the plugin tcWebHooks (github.com/tcplugins/tcWebHooks).
 */
@Component(property = EventTranslator.KIND + "=teamcity")
public final class TeamcityTranslator implements EventTranslator {

    @Override
    public Result<Translation> translate(Delivery delivery) {
        return JsonFields.parse(delivery.body()).then(fields -> translate(delivery, fields));
    }

    private static Result<Translation> translate(Delivery delivery, JsonFields fields) {
        return fields.get("build.notifyType").isPresent() ? plugin(delivery, fields) : builtIn(delivery, fields);
    }

    private static Result<Translation> builtIn(Delivery delivery, JsonFields fields) {
        CdEvents events = new CdEvents(delivery);
        Run run = new Run(
                fields.text("payload.buildTypeId", "payload.buildType.id"),
                fields.text("payload.number", "payload.id"),
                fields.text("payload.buildType.name"),
                fields.text("payload.webUrl"));
        String type = fields.text("eventType");
        return switch (type) {
            case "BUILD_STARTED" -> events.pipelineStarted(run);
            case "BUILD_FINISHED" -> events.pipelineFinished(run, Outcome.of(fields.text("payload.status")));
            case "BUILD_INTERRUPTED" -> events.pipelineFinished(run, Outcome.CANCEL);
            default -> CdEvents.unknown(type);
        };
    }

    private static Result<Translation> plugin(Delivery delivery, JsonFields fields) {
        CdEvents events = new CdEvents(delivery);
        Run run = new Run(
                fields.text("build.buildTypeId", "build.buildExternalTypeId"),
                fields.text("build.buildNumber", "build.buildId"),
                fields.text("build.buildName"),
                fields.text("build.buildStatusUrl"));
        String type = fields.text("build.notifyType");
        return switch (type) {
            case "buildAddedToQueue" -> events.pipelineQueued(run);
            case "buildStarted" -> events.pipelineStarted(run);
            case "buildFinished" -> events.pipelineFinished(run, Outcome.of(fields.text("build.buildResult")));
            case "buildInterrupted" -> events.pipelineFinished(run, Outcome.CANCEL);
            default -> CdEvents.unknown(type);
        };
    }
}
