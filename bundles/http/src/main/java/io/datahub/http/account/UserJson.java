package io.datahub.http.account;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.json.JsonText;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.TrustRule;
import io.datahub.api.user.UserDefinition;
import io.datahub.api.user.UserRegistry.Credential;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The definition of a user as JSON. */
final class UserJson {

    /** The maximum size of a definition in a request. */
    static final int MAX_BYTES = 65_536;

    private static final Set<String> FIELDS = Set.of("name", "disabled", "roles", "grants", "trust", "credentials");
    private static final Set<String> GRANT = Set.of("action", "what");
    private static final Set<String> TRUST = Set.of("issuer", "audience", "jwks", "claims");

    private UserJson() {}

    static byte[] of(UserDefinition user) {
        return JsonText.of(json -> write(json, user));
    }

    /** The entity tag of this version of the definition. */
    static String etag(UserDefinition user) {
        return etag(of(user));
    }

    /** The entity tag of a response. */
    static String etag(byte[] json) {
        return '"' + Sha256.hex(json).substring(0, 32) + '"';
    }

    static void write(JsonGenerator json, UserDefinition user) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", user.name());
        json.writeBooleanField("disabled", user.disabled());
        json.writeArrayFieldStart("roles");
        for (String role : user.roles()) {
            json.writeString(role);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("grants");
        for (Grant grant : user.grants()) {
            json.writeStartObject();
            json.writeStringField("action", grant.action().word());
            json.writeStringField("what", grant.what());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("trust");
        for (TrustRule rule : user.trustRules()) {
            write(json, rule);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("credentials");
        for (Credential credential : user.credentials()) {
            json.writeStartObject();
            json.writeStringField("kind", credential.kind());
            UserTokens.write(json, credential);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, TrustRule rule) throws IOException {
        json.writeStartObject();
        json.writeStringField("issuer", rule.issuer());
        json.writeStringField("audience", rule.audience());
        json.writeStringField("jwks", rule.jwks().orElse(null));
        json.writeObjectFieldStart("claims");
        for (Map.Entry<String, String> claim : rule.claims().entrySet()) {
            json.writeStringField(claim.getKey(), claim.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /**
     * Reads a definition. What is left out is empty; the credentials are ignored.
     *
     * @param name the name if there is none in the body, and the only one that may be there; empty for any
     */
    static Result<UserDefinition> read(byte[] body, Optional<String> name) {
        return JsonValues.object(body).then(fields -> {
            try {
                require(fields.keySet(), FIELDS, "a user");
                String given = text(fields, "name").or(() -> name).orElse("");
                require(!given.isEmpty(), "name is missing");
                require(
                        name.isEmpty() || name.get().equals(given),
                        "name isn't that of the path; users aren't renamed");
                Object disabled = fields.getOrDefault("disabled", false);
                require(disabled instanceof Boolean, "disabled must be true or false");
                List<TrustRule> rules = new ArrayList<>();
                for (Object rule : list(fields, "trust")) {
                    rules.add(rule(given, object(rule, TRUST, "trust")));
                }
                return Result.done(new UserDefinition(
                        given, (Boolean) disabled, roles(fields), grants(given, fields), rules, List.of()));
            } catch (MalformedException e) {
                return Result.refused(Reason.BAD_REQUEST, e.getMessage());
            } catch (IllegalArgumentException e) { // of a trust rule
                return Result.refused(new Refusal(Reason.INVALID, e.getMessage()));
            }
        });
    }

    /** Reads the roles and grants that are to be added to a user. */
    static Result<UserDefinition> readGrants(byte[] body, String user) {
        return JsonValues.object(body).then(fields -> {
            try {
                require(fields.keySet(), Set.of("roles", "grants"), "what is granted");
                return Result.done(
                        new UserDefinition(user, false, roles(fields), grants(user, fields), List.of(), List.of()));
            } catch (MalformedException e) {
                return Result.refused(Reason.BAD_REQUEST, e.getMessage());
            }
        });
    }

    /** The action with this name in the users file. */
    static Optional<Action> action(String word) {
        return Arrays.stream(Action.values())
                .filter(action -> action.word().equals(word))
                .findFirst();
    }

    private static List<String> roles(Map<String, Object> fields) throws MalformedException {
        List<String> roles = new ArrayList<>();
        for (Object role : list(fields, "roles")) {
            require(
                    role instanceof String name && !name.isBlank() && name.equals(name.strip()) && !name.contains(" "),
                    "roles must be a list of names");
            roles.add((String) role);
        }
        return roles;
    }

    private static List<Grant> grants(String user, Map<String, Object> fields) throws MalformedException {
        List<Grant> grants = new ArrayList<>();
        for (Object each : list(fields, "grants")) {
            Map<String, Object> grant = object(each, GRANT, "a grant");
            Optional<Action> action = text(grant, "action").flatMap(UserJson::action);
            Optional<String> what = text(grant, "what");
            require(
                    action.isPresent() && what.isPresent(),
                    "a grant has an action (publish, subscribe, read, create or write) and what it is for, a text");
            grants.add(UserDefinition.own(user, action.get(), what.get()));
        }
        return grants;
    }

    private static TrustRule rule(String user, Map<String, Object> rule) throws MalformedException {
        SortedMap<String, String> claims = new TreeMap<>();
        for (Map.Entry<String, Object> claim :
                JsonValues.fields(rule.get("claims")).orElse(Map.of()).entrySet()) {
            require(claim.getValue() instanceof String, "the value of the claim " + claim.getKey() + " must be a text");
            claims.put(claim.getKey(), (String) claim.getValue());
        }
        return new TrustRule(
                user, text(rule, "issuer").orElse(""), text(rule, "audience").orElse(""), text(rule, "jwks"), claims);
    }

    private static Optional<String> text(Map<String, Object> fields, String name) throws MalformedException {
        Object value = fields.getOrDefault(name, Optional.empty());
        require(value instanceof String || value.equals(Optional.empty()), name + " must be a text");
        return Optional.of(value).filter(String.class::isInstance).map(String.class::cast);
    }

    private static List<?> list(Map<String, Object> fields, String name) throws MalformedException {
        Object value = fields.getOrDefault(name, List.of());
        require(value instanceof List<?>, name + " must be a list");
        return (List<?>) value;
    }

    private static Map<String, Object> object(Object value, Set<String> known, String what) throws MalformedException {
        Optional<Map<String, Object>> fields = JsonValues.fields(value);
        require(fields.isPresent(), what + " must be an object");
        require(fields.get().keySet(), known, what);
        return fields.get();
    }

    private static void require(Set<String> names, Set<String> known, String what) throws MalformedException {
        for (String name : names) {
            require(
                    known.contains(name),
                    what + " has no field " + name + "; it has "
                            + String.join(", ", known.stream().sorted().toList()));
        }
    }

    private static void require(boolean condition, String message) throws MalformedException {
        if (!condition) {
            throw new MalformedException(message);
        }
    }

    /** The body isn't what is expected. */
    private static final class MalformedException extends Exception {

        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }
}
