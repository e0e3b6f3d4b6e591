package io.datahub.hooks.translation;

import io.datahub.api.Result;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.EventTranslator;
import io.datahub.api.hook.Translation;
import io.datahub.hooks.json.JsonFields;
import org.osgi.service.component.annotations.Component;

/**
 * GitLab: pipelines and jobs (docs.gitlab.com, "Webhook events").
 */
@Component(property = EventTranslator.KIND + "=gitlab")
public final class GitlabTranslator implements EventTranslator {

    @Override
    public Result<Translation> translate(Delivery delivery) {
        return JsonFields.parse(delivery.body()).then(fields -> translate(delivery, fields));
    }

    private static Result<Translation> translate(Delivery delivery, JsonFields fields) {
        return switch (fields.text("object_kind")) {
            case "pipeline" -> pipeline(delivery, fields);
            case "build" -> job(delivery, fields);
            default -> CdEvents.unknown(delivery.header("X-Gitlab-Event").orElse(fields.text("object_kind")));
        };
    }

    private static Result<Translation> pipeline(Delivery delivery, JsonFields fields) {
        CdEvents events = new CdEvents(delivery);
        String project = fields.text("project.path_with_namespace");
        String url = fields.get("object_attributes.url")
                .orElseGet(
                        () -> fields.text("project.web_url") + "/-/pipelines/" + fields.text("object_attributes.id"));
        Run run = new Run(
                project,
                fields.text("object_attributes.iid", "object_attributes.id"),
                fields.text("object_attributes.name"),
                url);
        String status = fields.text("object_attributes.status");
        return switch (status) {
            case "pending" -> events.pipelineQueued(run);
            case "running" -> events.pipelineStarted(run);
            case "success", "failed", "canceled", "skipped" -> events.pipelineFinished(run, Outcome.of(status));
            default -> CdEvents.nothing(); // created, preparing, waiting_for_resource, manual, scheduled, canceling
        };
    }

    private static Result<Translation> job(Delivery delivery, JsonFields fields) {
        CdEvents events = new CdEvents(delivery);
        String id = fields.text("build_id");
        Run run = new Run(
                fields.text("project.path_with_namespace", "project_name"),
                id,
                fields.text("build_name"),
                fields.text("project.web_url", "repository.homepage") + "/-/jobs/" + id);
        String status = fields.text("build_status");
        return switch (status) {
            case "running" -> events.taskStarted(run);
            case "success", "failed", "canceled", "skipped" -> events.taskFinished(run, Outcome.of(status));
            default -> CdEvents.nothing();
        };
    }
}
