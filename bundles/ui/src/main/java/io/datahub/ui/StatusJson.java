package io.datahub.ui;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.config.ConfigurationProblem;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.json.JsonText;
import io.datahub.api.user.UserRegistry.Account;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.api.validation.ValidatorStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Writes the state of the hub. Counters are totals since the start of the hub or of the client's session. */
final class StatusJson {

    private static final int MAX_CLIENTS = 500;

    private StatusJson() {}

    /**
     * @param users null to omit the users
     * @param cluster null if the hub is in none
     */
    static byte[] of(
            EventBroker broker,
            List<ValidatorStatus> validators,
            List<ConfigurationProblem> problems,
            List<Account> users,
            ClusterView cluster) {
        return JsonText.of(json -> {
            json.writeStartObject();
            json.writeStringField("time", Instant.now().toString());
            writeCounters(json, broker.counters());
            List<SessionInfo> sessions = broker.sessions();
            json.writeNumberField("connected", sessions.size());
            json.writeArrayFieldStart("clients");
            for (SessionInfo session : sessions.subList(0, Math.min(MAX_CLIENTS, sessions.size()))) {
                write(json, session);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("validators");
            for (ValidatorStatus validator : validators) {
                write(json, validator);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("configurationProblems");
            for (ConfigurationProblem problem : problems) {
                write(json, problem);
            }
            json.writeEndArray();
            if (cluster != null) {
                json.writeFieldName("cluster");
                ClusterJson.write(json, cluster.hub(), cluster.status());
            }
            if (users != null) {
                json.writeArrayFieldStart("users");
                for (Account account : users) {
                    write(json, account);
                }
                json.writeEndArray();
            }
            json.writeEndObject();
        });
    }

    private static void writeCounters(JsonGenerator json, EventBroker.Counters counters) throws IOException {
        json.writeObjectFieldStart("events");
        json.writeNumberField("in", counters.in());
        json.writeNumberField("out", counters.out());
        json.writeNumberField("lost", counters.lost());
        json.writeNumberField("refused", counters.refused());
        json.writeNumberField("queuedBytes", counters.queuedBytes());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, SessionInfo session) throws IOException {
        json.writeStartObject();
        json.writeNumberField("id", session.id().number());
        if (!session.id().hub().isEmpty()) {
            json.writeStringField("hub", session.id().hub());
        }
        json.writeStringField("user", session.login().user().name());
        json.writeStringField("transport", session.login().origin().transport());
        json.writeStringField("address", session.login().origin().address().getHostAddress());
        json.writeStringField("since", session.since().toString());
        json.writeNumberField("subscriptions", session.subscriptions());
        json.writeNumberField("in", session.in());
        json.writeNumberField("out", session.out());
        json.writeNumberField("lost", session.lost());
        json.writeNumberField("refused", session.refused());
        json.writeNumberField("queuedBytes", session.queuedBytes());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, ValidatorStatus validator) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", validator.id().name());
        json.writeStringField("version", validator.id().version());
        json.writeStringField("bundle", validator.bundle());
        json.writeStringField("state", validator.state().toString());
        if (!validator.reason().isEmpty()) {
            json.writeStringField("reason", validator.reason());
        }
        write(json, "paths", validator.paths());
        write(json, "topics", validator.topics());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, ConfigurationProblem problem) throws IOException {
        json.writeStartObject();
        json.writeStringField("file", problem.file());
        json.writeStringField("key", problem.key());
        json.writeStringField("reason", problem.reason());
        json.writeStringField(
                "inEffect",
                problem.inEffect().toString().toLowerCase(Locale.ROOT).replace('_', '-'));
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String field, List<String> values) throws IOException {
        json.writeFieldName(field);
        json.writeArray(values.toArray(new String[0]), 0, values.size());
    }

    private static void write(JsonGenerator json, Account account) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", account.user().name());
        json.writeFieldName("roles");
        String[] roles = account.user().roles().stream().sorted().toArray(String[]::new);
        json.writeArray(roles, 0, roles.length);
        json.writeBooleanField("disabled", account.disabled());
        json.writeArrayFieldStart("credentials");
        for (Credential credential : account.credentials()) {
            json.writeStartObject();
            json.writeStringField("kind", credential.kind());
            json.writeStringField("label", credential.label());
            json.writeStringField(
                    "expires", credential.expires().map(Instant::toString).orElse(null));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
