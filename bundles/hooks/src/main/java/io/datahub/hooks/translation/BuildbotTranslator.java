package io.datahub.hooks.translation;

import io.datahub.api.Result;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.EventTranslator;
import io.datahub.api.hook.Translation;
import io.datahub.hooks.json.JsonFields;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/**
 * Buildbot: the builds that {@code reporters.HttpStatusPush} posts (docs.buildbot.net, "Reporters" and "Build Result
 * Codes").
 */
@Component(property = EventTranslator.KIND + "=buildbot")
public final class BuildbotTranslator implements EventTranslator {

    @Override
    public Result<Translation> translate(Delivery delivery) {
        return JsonFields.parse(delivery.body()).then(fields -> translate(delivery, fields));
    }

    private static final List<Outcome> RESULTS = List.of(
            Outcome.SUCCESS, // SUCCESS
            Outcome.SUCCESS, // WARNINGS
            Outcome.FAILURE, // FAILURE
            Outcome.CANCEL, // SKIPPED
            Outcome.ERROR, // EXCEPTION
            Outcome.ERROR, // RETRY
            Outcome.CANCEL); // CANCELLED

    private static Result<Translation> translate(Delivery delivery, JsonFields fields) {
        if (!fields.has("builder")) {
            return CdEvents.unknown("no build");
        }
        CdEvents events = new CdEvents(delivery);
        String builder = fields.text("builder.name");
        Run run = new Run(builder, fields.text("number"), builder, fields.text("url"));
        return fields.text("complete").equals("true")
                ? events.pipelineFinished(run, outcome(fields.text("results")))
                : events.pipelineStarted(run);
    }

    private static Outcome outcome(String code) {
        return code.matches("[0-6]") ? RESULTS.get(Integer.parseInt(code)) : Outcome.ERROR;
    }
}
