package io.datahub.cli.user;

import io.datahub.cli.core.Failure;
import io.datahub.cli.hub.Paths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Roles and grants on a command line; each option can be given several times. */
final class GrantOptions {

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "A role, such as monitor, admin or one of broker_users.xml.")
    private List<String> roles = new ArrayList<>();

    @Option(
            names = "--publish",
            paramLabel = "TOPIC",
            description = "Publish events whose topic begins with this; '' is every topic.")
    private List<String> publish = new ArrayList<>();

    @Option(names = "--subscribe", paramLabel = "TOPIC", description = "Receive events whose topic begins with this.")
    private List<String> subscribe = new ArrayList<>();

    @Option(
            names = "--read",
            paramLabel = "PATH",
            description =
                    "Fetch and list records: DIR/ is everything below it, '' everything, any other that record. {user} is the user's name.")
    private List<String> read = new ArrayList<>();

    @Option(names = "--create", paramLabel = "PATH", description = "Create records, but replace none.")
    private List<String> create = new ArrayList<>();

    @Option(names = "--write", paramLabel = "PATH", description = "Create, replace and delete records.")
    private List<String> write = new ArrayList<>();

    List<String> roles() {
        return roles;
    }

    private Map<String, List<String>> byAction() {
        Map<String, List<String>> byAction = new LinkedHashMap<>();
        byAction.put("publish", publish);
        byAction.put("subscribe", subscribe);
        byAction.put("read", read);
        byAction.put("create", create);
        byAction.put("write", write);
        return byAction;
    }

    /** As the hub takes them. */
    List<Map<String, Object>> grants() {
        List<Map<String, Object>> grants = new ArrayList<>();
        byAction()
                .forEach(
                        (action, values) -> values.forEach(what -> grants.add(Map.of("action", action, "what", what))));
        return grants;
    }

    /** As the query that revokes them. */
    String query() {
        List<String> pairs = new ArrayList<>();
        roles.forEach(role -> pairs.add("role=" + Paths.encodeValue(role)));
        byAction()
                .forEach((action, values) -> values.forEach(what -> pairs.add(action + "=" + Paths.encodeValue(what))));
        return pairs.stream().collect(Collectors.joining("&"));
    }

    void requireSome() {
        if (roles.isEmpty() && grants().isEmpty()) {
            throw new Failure(
                    Failure.USAGE, "name at least one of --role, --publish, --subscribe, --read, --create, --write");
        }
    }
}
