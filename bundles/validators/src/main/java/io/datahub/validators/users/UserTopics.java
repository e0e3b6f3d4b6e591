package io.datahub.validators.users;

import io.datahub.validators.support.Findings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import org.xml.sax.Attributes;
import org.xml.sax.Locator;

/**
 * Validates that no user's topics with {@code {user}} contain those of another user, as {@code ci.{user}.} of {@code a}
 * would contain those of {@code a.b}. The time is dominated by sorting the topics of all users. One instance per
 * document.
 */
final class UserTopics {

    private static final String USER = "{user}";

    private final Map<String, List<String>> byRole = new HashMap<>();
    private final List<Owner> owners = new ArrayList<>();
    private List<String> currentTopics = new ArrayList<>();

    /** A user with its own topics. Its roles may be defined later in the document. */
    private record Owner(String name, String roles, List<String> ownTopics, int line, int column) {}

    /** A topic prefix with a user name substituted. */
    private record Topic(String prefix, Owner owner) {}

    /** Starts a role; the following topics belong to it. */
    void role(String name) {
        currentTopics = byRole.computeIfAbsent(name == null ? "" : name, role -> new ArrayList<>());
    }

    /** Starts a user; the following topics belong to it. */
    void user(String name, String roles, Locator at) {
        currentTopics = new ArrayList<>();
        owners.add(
                new Owner(name, roles == null ? "" : roles, currentTopics, at.getLineNumber(), at.getColumnNumber()));
    }

    void allow(Attributes attributes) {
        for (String action : List.of("publish", "subscribe")) {
            String topic = attributes.getValue(action);
            if (topic != null && topic.contains(USER)) {
                currentTopics.add(topic);
            }
        }
    }

    /** Reports topics that contain those of another user; called at the end of the document. */
    void validate(Findings findings) {
        List<Topic> topics = topics();
        topics.sort(Comparator.comparing(Topic::prefix));
        Deque<Topic> enclosing = new ArrayDeque<>();
        for (Topic topic : topics) {
            while (!enclosing.isEmpty()
                    && !topic.prefix().startsWith(enclosing.peek().prefix())) {
                enclosing.pop();
            }
            if (!enclosing.isEmpty()
                    && !enclosing.peek().owner().name().equals(topic.owner().name())) {
                report(enclosing.peek(), topic, findings);
                if (findings.isFull()) {
                    return;
                }
            }
            enclosing.push(topic);
        }
    }

    private List<Topic> topics() {
        List<Topic> topics = new ArrayList<>();
        for (Owner owner : owners) {
            addTopics(owner, owner.ownTopics(), topics);
            for (StringTokenizer roles = new StringTokenizer(owner.roles()); roles.hasMoreTokens(); ) {
                addTopics(owner, byRole.getOrDefault(roles.nextToken(), List.of()), topics);
            }
        }
        return topics;
    }

    private static void addTopics(Owner owner, List<String> templates, List<Topic> topics) {
        templates.forEach(template -> topics.add(new Topic(template.replace(USER, owner.name()), owner)));
    }

    private static void report(Topic outer, Topic inner, Findings findings) {
        findings.add(
                inner.owner().line(),
                inner.owner().column(),
                "the topics of the user " + outer.owner().name() + " that begin with \"" + outer.prefix()
                        + "\" contain those of the user " + inner.owner().name() + " that begin with \""
                        + inner.prefix() + "\"; rename one of the two, or put a character after {user} that no name"
                        + " has, such as /");
    }
}
