package io.datahub.hooks.translation;

import io.datahub.api.Result;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.EventTranslator;
import io.datahub.api.hook.Translation;
import io.datahub.hooks.json.JsonFields;
import org.osgi.service.component.annotations.Component;

/**
 * Gitea and Forgejo: runs of workflows and their jobs. Gitea sends the events of GitHub (docs.gitea.com, "Webhooks"),
 * Forgejo an event of its own once a run has ended (forgejo.org, "Webhooks").
 */
@Component(property = EventTranslator.KIND + "=gitea")
public final class GiteaTranslator implements EventTranslator {

    @Override
    public Result<Translation> translate(Delivery delivery) {
        return JsonFields.parse(delivery.body()).then(fields -> translate(delivery, fields));
    }

    private static Result<Translation> translate(Delivery delivery, JsonFields fields) {
        String kind = delivery.header("X-Gitea-Event")
                .or(() -> delivery.header("X-Forgejo-Event"))
                .orElse("");
        return switch (kind) {
            case "workflow_run" -> Workflows.run(delivery, fields);
            case "workflow_job" -> Workflows.task(delivery, fields, "workflow_job");
            case "action_run_success", "action_run_failure", "action_run_recover" ->
                new CdEvents(delivery)
                        .pipelineFinished(
                                new Run(
                                        fields.text("run.repository.full_name", "repository.full_name"),
                                        fields.text("run.index_in_repo", "run.id"),
                                        fields.text("run.workflow_id"),
                                        fields.text("run.html_url")),
                                Outcome.of(fields.text("run.status")));
            default -> CdEvents.unknown(kind);
        };
    }
}
