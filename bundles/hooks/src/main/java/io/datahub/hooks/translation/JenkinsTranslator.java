package io.datahub.hooks.translation;

import io.datahub.api.Result;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.EventTranslator;
import io.datahub.api.hook.Translation;
import io.datahub.hooks.json.JsonFields;
import java.util.Locale;
import org.osgi.service.component.annotations.Component;

/**
 * Jenkins: the Notification plugin (plugins.jenkins.io/notification), the Outbound WebHook plugin
 * (plugins.jenkins.io/outbound-webhook), and pipelines that send the former form by themselves. Of the phases of a build,
 * {@code FINALIZED} is its end: only then its artifacts are stored.
 */
@Component(property = EventTranslator.KIND + "=jenkins")
public final class JenkinsTranslator implements EventTranslator {

    @Override
    public Result<Translation> translate(Delivery delivery) {
        return JsonFields.parse(delivery.body()).then(fields -> translate(delivery, fields));
    }

    private static Result<Translation> translate(Delivery delivery, JsonFields fields) {
        if (fields.has("build")) {
            return notification(delivery, fields);
        }
        return fields.get("buildName").isPresent()
                ? outbound(delivery, fields)
                : CdEvents.unknown("neither of the Notification plugin nor of the Outbound WebHook plugin");
    }

    private static Result<Translation> notification(Delivery delivery, JsonFields fields) {
        CdEvents events = new CdEvents(delivery);
        String project = fields.text("name");
        Run run = new Run(project, fields.text("build.number"), project, fields.text("build.full_url"));
        String phase = fields.text("build.phase");
        return switch (phase) {
            case "QUEUED" -> events.pipelineQueued(run);
            case "STARTED" -> events.pipelineStarted(run);
            case "FINALIZED" -> events.pipelineFinished(run, Outcome.of(fields.text("build.status")));
            case "COMPLETED" -> CdEvents.nothing();
            default -> CdEvents.unknown("phase " + phase);
        };
    }

    private static Result<Translation> outbound(Delivery delivery, JsonFields fields) {
        CdEvents events = new CdEvents(delivery);
        String project = fields.text("projectName");
        String name = fields.text("buildName");
        Run run = new Run(project, name.replaceAll("^.*#", ""), project, fields.text("buildUrl"));
        String event = fields.text("event").toLowerCase(Locale.ROOT);
        return switch (event) {
            case "start", "started" -> events.pipelineStarted(run);
            case "success", "failure", "unstable", "aborted", "not_built" ->
                events.pipelineFinished(run, Outcome.of(event));
            default -> CdEvents.unknown("event " + event);
        };
    }
}
