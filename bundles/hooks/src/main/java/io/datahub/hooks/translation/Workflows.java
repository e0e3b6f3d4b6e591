package io.datahub.hooks.translation;

import io.datahub.api.Result;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.Translation;
import io.datahub.hooks.json.JsonFields;

/** Workflow runs, jobs and checks in the form of GitHub, which Gitea sends as well. */
final class Workflows {

    private Workflows() {}

    /** A run of a workflow: {@code requested}, {@code in_progress} or {@code completed}. */
    static Result<Translation> run(Delivery delivery, JsonFields fields) {
        CdEvents events = new CdEvents(delivery);
        Run run = new Run(
                fields.text("repository.full_name"),
                fields.text("workflow_run.run_number", "workflow_run.id"),
                fields.text("workflow.name", "workflow_run.name", "workflow_run.path"),
                fields.text("workflow_run.html_url"));
        String action = fields.text("action");
        return switch (action) {
            case "requested" -> events.pipelineQueued(run);
            case "in_progress" -> events.pipelineStarted(run);
            case "completed" -> events.pipelineFinished(run, Outcome.of(fields.text("workflow_run.conclusion")));
            default -> CdEvents.unknown("workflow_run " + action);
        };
    }

    /** A job or a check. That it is queued has no CDEvent. */
    static Result<Translation> task(Delivery delivery, JsonFields fields, String object) {
        CdEvents events = new CdEvents(delivery);
        Run run = new Run(
                fields.text("repository.full_name"),
                fields.text(object + ".id"),
                fields.text(object + ".name"),
                fields.text(object + ".html_url"));
        String status = fields.text(object + ".status");
        return switch (status) {
            case "in_progress" -> events.taskStarted(run);
            case "completed" -> events.taskFinished(run, Outcome.of(fields.text(object + ".conclusion")));
            default -> CdEvents.nothing();
        };
    }
}
