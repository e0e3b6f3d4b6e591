package io.datahub.hooks.translation;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.cloudevent.CloudEventMessage;
import io.datahub.api.cloudevent.CloudEventReader;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.EventTranslator;
import io.datahub.api.hook.Translation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TranslationTest {

    private static final Instant TIME = Instant.parse("2026-11-29T21:00:00Z");

    private static Result<Translation> translate(EventTranslator translator, String body, Map<String, String> headers) {
        return translator.translate(
                new Delivery("ci", "d1", headers, body.replace('\'', '"').getBytes(StandardCharsets.UTF_8), TIME));
    }

    private static String json(Result<Translation> translation) {
        assertThat(translation.get().events()).hasSize(1);
        CloudEventMessage event = translation.get().events().get(0);
        assertThat(CloudEventReader.isCloudEvent(event.json())).isTrue();
        return new String(event.json(), StandardCharsets.UTF_8);
    }

    @Test
    void shouldWriteACdEvent() {
        String event = json(translate(new GithubTranslator(), """
                {'action': 'completed', 'workflow_run': {'id': 1, 'run_number': 42, 'name': 'CI', 'conclusion': 'success',
                 'html_url': 'https://github.com/acme/app/actions/runs/1', 'jobs': [1, {'x': {}}]},
                 'repository': {'full_name': 'acme/app'}}""", Map.of("X-GitHub-Event", "workflow_run")));
        assertThat(event)
                .startsWith("{\"specversion\":\"1.0\",\"id\":\"")
                .contains("\"type\":\"dev.cdevents.pipelinerun.finished.0.3.0\",\"subject\":\"acme/app/42\"")
                .contains("\"context\":{\"specversion\":\"0.5.1\"")
                .endsWith(
                        "\"subject\":{\"id\":\"acme/app/42\",\"source\":\"/hooks/ci/CI\",\"content\":{\"pipelineName\":"
                                + "\"CI\",\"uri\":\"https://github.com/acme/app/actions/runs/1\",\"outcome\":\"success\"}}}}");
    }

    @ParameterizedTest
    @CsvSource({
        "requested,,queued", "in_progress,,started", "completed,success,success", "completed,failure,failure",
        "completed,timed_out,error", "completed,cancelled,cancel", "completed,skipped,cancel",
                "completed,neutral,success"
    })
    void shouldTranslateWorkflowRunsOfGithubAndGitea(String action, String conclusion, String expected) {
        String body = "{'action': '" + action + "', 'workflow_run': {'run_number': 7, 'conclusion': "
                + (conclusion == null ? "null" : "'" + conclusion + "'")
                + "}, 'workflow': {'name': 'ci.yml'}, 'repository': {'full_name': 'acme/app'}}";
        assertThat(json(translate(new GithubTranslator(), body, Map.of("x-github-event", "workflow_run"))))
                .contains(expected);
        assertThat(json(translate(new GiteaTranslator(), body, Map.of("X-Gitea-Event", "workflow_run"))))
                .contains(expected)
                .contains("urn:datahub:run:acme/app/7");
    }

    @Test
    void shouldTranslateJobsAndChecksAsTasks() {
        String body =
                "{'action': 'created', 'check_run': {'id': 9, 'name': 'lint', 'status': '%s', 'conclusion': 'failure'},"
                        + " 'repository': {'full_name': 'acme/app'}}";
        Map<String, String> check = Map.of("X-GitHub-Event", "check_run");
        assertThat(translate(new GithubTranslator(), body.formatted("queued"), check)
                        .get()
                        .events())
                .isEmpty();
        assertThat(json(translate(new GithubTranslator(), body.formatted("in_progress"), check)))
                .contains("taskrun.started", "acme/app/9");
        assertThat(json(translate(new GithubTranslator(), body.formatted("completed"), check)))
                .contains("taskrun.finished", "failure");
    }

    @Test
    void shouldTellUnknownKindsFromMalformedDeliveries() {
        Result<Translation> star = translate(new GithubTranslator(), "{}", Map.of("X-GitHub-Event", "star"));
        assertThat(star.get().unknown()).contains("star");
        Result<Translation> ping = translate(new GithubTranslator(), "{}", Map.of("X-GitHub-Event", "ping"));
        assertThat(ping.get().unknown()).isEmpty();
        for (String malformed : new String[] {"", "[]", "{", "{} {}", "payload=%7B%7D", "{'action': 'requested'}"}) {
            Result<Translation> result =
                    translate(new GithubTranslator(), malformed, Map.of("X-GitHub-Event", "workflow_run"));
            assertThat(result.refusal().orElseThrow().reason()).isEqualTo(Reason.INVALID);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "pending,queued",
        "running,started",
        "success,success",
        "failed,failure",
        "canceled,cancel",
        "created,",
        "manual,"
    })
    void shouldTranslatePipelinesOfGitlab(String status, String expected) {
        Result<Translation> translation = translate(
                new GitlabTranslator(),
                "{'object_kind': 'pipeline', 'object_attributes': {'id': 31, 'iid': 3, 'status': '" + status
                        + "'}, 'project': {'path_with_namespace': 'acme/app', 'web_url': 'https://gitlab.example/acme/app'}}",
                Map.of("X-Gitlab-Event", "Pipeline Hook"));
        if (expected == null) {
            assertThat(translation.get().events()).isEmpty();
        } else {
            assertThat(json(translation))
                    .contains(expected, "acme/app/3", "https://gitlab.example/acme/app/-/pipelines/31");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "QUEUED,,queued",
        "STARTED,,started",
        "FINALIZED,SUCCESS,success",
        "FINALIZED,UNSTABLE,failure",
        "FINALIZED,ABORTED,cancel"
    })
    void shouldTranslatePhasesOfJenkins(String phase, String status, String expected) {
        String body = "{'name': 'app', 'build': {'number': 5, 'phase': '" + phase + "', 'status': '" + status
                + "', 'full_url': 'http://jenkins.example/job/app/5/', 'scm': {}, 'artifacts': {'a': {'b': {'c': 1}}}}}";
        assertThat(json(translate(new JenkinsTranslator(), body, Map.of()))).contains(expected, "\"app/5\"");
    }

    @Test
    void shouldIgnoreThatJenkinsHasCompletedABuildBeforeItFinalizesIt() {
        String body = "{'name': 'app', 'build': {'number': 5, 'phase': 'COMPLETED', 'status': 'SUCCESS'}}";
        assertThat(translate(new JenkinsTranslator(), body, Map.of()).get().events())
                .isEmpty();
        assertThat(json(translate(
                        new JenkinsTranslator(),
                        "{'buildName': '#12', 'buildUrl': 'http://j/job/app/12/', 'event': 'failure', 'projectName': 'app',"
                                + " 'buildVars': '{}'}",
                        Map.of())))
                .contains("app/12", "failure");
    }

    @ParameterizedTest
    @CsvSource({
        "BUILD_STARTED,SUCCESS,started",
        "BUILD_FINISHED,SUCCESS,success",
        "BUILD_FINISHED,FAILURE,failure",
        "BUILD_INTERRUPTED,UNKNOWN,cancel"
    })
    void shouldTranslateBuildsOfTeamcity(String type, String status, String expected) {
        String body = "{'eventType': '" + type + "', 'payload': {'id': 88, 'buildTypeId': 'Acme_App', 'number': '8',"
                + " 'status': '" + status
                + "', 'webUrl': 'https://tc.example/build/88', 'buildType': {'name': 'Build'}}}";
        assertThat(json(translate(new TeamcityTranslator(), body, Map.of()))).contains(expected, "Acme_App/8");
    }

    @Test
    void shouldTranslateThePluginOfTeamcity() {
        String body = "{'build': {'notifyType': 'buildFinished', 'buildResult': 'failure', 'buildTypeId': 'Acme_App',"
                + " 'buildNumber': '8', 'buildName': 'Build', 'buildStatusUrl': 'https://tc.example/8'}}";
        assertThat(json(translate(new TeamcityTranslator(), body, Map.of()))).contains("Acme_App/8", "failure");
        assertThat(translate(new TeamcityTranslator(), "{'eventType': 'AGENT_REMOVED'}", Map.of())
                        .get()
                        .unknown())
                .contains("AGENT_REMOVED");
    }

    @ParameterizedTest
    @CsvSource({"0,success", "1,success", "2,failure", "3,cancel", "4,error", "5,error", "6,cancel", "99,error"})
    void shouldTranslateResultsOfBuildbot(String results, String expected) {
        String body = "{'builder': {'name': 'app', 'builderid': 1}, 'number': 6, 'complete': true, 'results': "
                + results + ", 'url': 'http://bb.example/#builders/1/builds/6', 'properties': {'owner': ['x', 'y']}}";
        assertThat(json(translate(new BuildbotTranslator(), body, Map.of()))).contains("\"" + expected + "\"", "app/6");
        assertThat(json(translate(new BuildbotTranslator(), body.replace("true", "false"), Map.of())))
                .contains("started");
    }

    @Test
    void shouldPassCloudEventsOn() {
        String event = "{'specversion': '1.0', 'id': '1', 'source': '/x', 'type': 't.x', 'data': {'a': [1]}}";
        Map<String, String> structured = Map.of("Content-Type", "application/cloudevents+json");
        assertThat(json(translate(new CloudEventsTranslator(), event, structured)))
                .isEqualTo(event.replace('\'', '"'));
        assertThat(json(translate(new StandardTranslator(), event, Map.of()))).isEqualTo(event.replace('\'', '"'));
        Map<String, String> binary = Map.of("ce-specversion", "1.0", "ce-id", "1", "ce-source", "/x", "ce-type", "t.x");
        assertThat(json(translate(new CloudEventsTranslator(), "text", binary))).contains("\"type\":\"t.x\"");
        assertThat(translate(new CloudEventsTranslator(), "{}", structured)
                        .refusal()
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.INVALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ü.x", "a%41", "a b", "€", "\"a\"", "a%zz"})
    void shouldKeepTheTypeOfAPayloadByStandardWebhooks(String type) {
        String body = "{'type':'" + type.replace("\"", "\\\"") + "'}";

        assertThat(translate(new StandardTranslator(), body, Map.of())
                        .get()
                        .events()
                        .get(0)
                        .event()
                        .text("type"))
                .isEqualTo(type);
    }

    @Test
    void shouldWrapPayloadsByStandardWebhooks() {
        String body = "{'type': 'invoice.paid', 'timestamp': '%s', 'data': {'a': 1}}";
        assertThat(json(translate(new StandardTranslator(), body.formatted("2022-11-03T20:26:10.344522Z"), Map.of())))
                .contains(
                        "\"type\":\"invoice.paid\"", "\"time\":\"2022-11-03T20:26:10.344522Z\"", "\"data\":{\"type\"");
        assertThat(json(translate(new StandardTranslator(), body.formatted("yesterday"), Map.of())))
                .contains("\"time\":\"" + TIME);
        assertThat(translate(new StandardTranslator(), "{}", Map.of()).get().unknown())
                .isPresent();
    }
}
