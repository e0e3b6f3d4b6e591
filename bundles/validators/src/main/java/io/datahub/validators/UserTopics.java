package io.datahub.validators;

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
 * The rule: "no user's topics with {@code {user}} contain another's", as {@code ci.{user}.} of {@code a} would contain those of
 * {@code a.b}. Takes as long as it takes to sort the topics of all users. For one document.
 */
final class UserTopics {

    private static final String USER = "{user}";

    private final Map<String, List<String>> byRole = new HashMap<>();
    private final List<Owner> owners = new ArrayList<>();
    private List<String> present = new ArrayList<>();

    /** A user with the topics of its own, which may have roles that stand further down. */
    private record Owner(String name, String roles, List<String> own, int line, int column) {}

    /** A topic with a user's name in it. */
    private record Topic(String prefix, Owner owner) {}

    /** A role begins; what is allowed from here on is its. */
    void role(String name) {
        present = byRole.computeIfAbsent(name == null ? "" : name, role -> new ArrayList<>());
    }

    /** A user begins; what is allowed from here on is its. */
    void user(String name, String roles, Locator at) {
        present = new ArrayList<>();
        owners.add(new Owner(name, roles == null ? "" : roles, present, at.getLineNumber(), at.getColumnNumber()));
    }

    void allow(Attributes attributes) {
        for (String action : List.of("publish", "subscribe")) {
            String topic = attributes.getValue(action);
            if (topic != null && topic.contains(USER)) {
                present.add(topic);
            }
        }
    }

    /** Looks for topics that contain another user's, once everything is known. */
    void judge(Findings findings) {
        List<Topic> topics = topics();
        topics.sort(Comparator.comparing(Topic::prefix));
        Deque<Topic> around = new ArrayDeque<>();
        for (Topic topic : topics) {
            while (!around.isEmpty() && !topic.prefix().startsWith(around.peek().prefix())) {
                around.pop();
            }
            if (!around.isEmpty()
                    && !around.peek().owner().name().equals(topic.owner().name())) {
                report(around.peek(), topic, findings);
                if (findings.isFull()) {
                    return;
                }
            }
            around.push(topic);
        }
    }

    private List<Topic> topics() {
        List<Topic> topics = new ArrayList<>();
        for (Owner owner : owners) {
            fill(owner, owner.own(), topics);
            for (StringTokenizer roles = new StringTokenizer(owner.roles()); roles.hasMoreTokens(); ) {
                fill(owner, byRole.getOrDefault(roles.nextToken(), List.of()), topics);
            }
        }
        return topics;
    }

    private static void fill(Owner owner, List<String> templates, List<Topic> topics) {
        templates.forEach(template -> topics.add(new Topic(template.replace(USER, owner.name()), owner)));
    }

    private static void report(Topic outer, Topic inner, Findings findings) {
        findings.add(
                inner.owner().line(),
                inner.owner().column(),
                "the topics of the user " + outer.owner().name() + " that begin with \"" + outer.prefix()
                        + "\" contain those of the user " + inner.owner().name() + " that begin with \""
                        + inner.prefix() + "\"; rename one of the two, or end the prefix behind {user} with a character"
                        + " that no name has, such as /");
    }
}
