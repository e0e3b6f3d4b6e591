package io.datahub.hooks.translation;

import io.datahub.api.Result;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.EventTranslator;
import io.datahub.api.hook.Translation;
import io.datahub.hooks.json.JsonFields;
import org.osgi.service.component.annotations.Component;

/**
 * GitHub: runs of workflows, their jobs, and checks (docs.github.com, "Webhook events and payloads").
 */
@Component(property = EventTranslator.KIND + "=github")
public final class GithubTranslator implements EventTranslator {

    @Override
    public Result<Translation> translate(Delivery delivery) {
        return JsonFields.parse(delivery.body()).then(fields -> translate(delivery, fields));
    }

    private static Result<Translation> translate(Delivery delivery, JsonFields fields) {
        String kind = delivery.header("X-GitHub-Event").orElse("");
        return switch (kind) {
            case "workflow_run" -> Workflows.run(delivery, fields);
            case "workflow_job" -> Workflows.task(delivery, fields, "workflow_job");
            case "check_run" -> Workflows.task(delivery, fields, "check_run");
            case "ping" -> CdEvents.nothing();
            default -> CdEvents.unknown(kind);
        };
    }
}
