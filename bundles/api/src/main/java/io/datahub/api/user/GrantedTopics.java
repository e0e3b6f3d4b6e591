package io.datahub.api.user;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Computes which of a user's subscriptions are effective, to report in responses: subscriptions are restricted to what
 * is granted, and a user who receives nothing should be able to see why.
 */
public final class GrantedTopics {

    private static final String FILE = "file.";
    private static final String HUB = "hub.";
    private static final String LOST = "hub.lost";
    private static final List<String> KINDS =
            List.of("file.created/", "file.updated/", "file.deleted/", "file.rejected/");

    /** Topic prefixes, none of which is a prefix of another. */
    private final TreeSet<String> beginnings = new TreeSet<>();

    /** These prefixes and whole topics. */
    private final TreeSet<String> all = new TreeSet<>();

    private GrantedTopics() {}

    /**
     * The granted subset of the requested topic prefixes, each once. File events are covered by grants to read; the
     * hub's own topics go to monitors that subscribe to them, {@code hub.lost} to everyone who does. Runs in time
     * linear in the number of prefixes and logarithmic in the number of grants.
     *
     * @param user the user
     * @param wanted the prefixes that it subscribes to
     * @return the prefixes for which it receives events, in their order
     */
    public static List<String> of(User user, Collection<String> wanted) {
        Set<String> granted = new LinkedHashSet<>();
        GrantedTopics events = ofEvents(user);
        GrantedTopics files = ofFiles(user);
        for (String prefix : wanted) {
            if (user.isAdmin()) {
                granted.add(prefix);
            } else if (prefix.startsWith(HUB)) {
                addHub(granted, prefix, user.isMonitor() ? HUB : LOST);
            } else {
                if (!prefix.startsWith(FILE)) {
                    events.addCommon(granted, prefix);
                }
                files.addCommon(granted, prefix);
            }
        }
        return List.copyOf(granted);
    }

    private static GrantedTopics ofEvents(User user) {
        GrantedTopics topics = new GrantedTopics();
        user.subscribePrefixes().stream()
                .map(prefix -> new String(prefix, StandardCharsets.UTF_8))
                .filter(prefix -> !prefix.startsWith(FILE) && !prefix.startsWith(HUB))
                .forEach(topics::addBeginning);
        return topics;
    }

    private static GrantedTopics ofFiles(User user) {
        GrantedTopics topics = new GrantedTopics();
        for (Grant grant : user.grants()) {
            if (grant.action() != Action.READ) {
                continue;
            }
            if (grant.what().isEmpty()) {
                topics.addBeginning(FILE);
            } else if (grant.what().endsWith("/")) {
                KINDS.forEach(kind -> topics.addBeginning(kind + grant.what()));
            } else {
                KINDS.forEach(kind -> topics.all.add(kind + grant.what()));
            }
        }
        return topics;
    }

    private void addBeginning(String topic) {
        String before = beginnings.floor(topic);
        if (before != null && topic.startsWith(before)) {
            return;
        }
        for (String next = beginnings.higher(topic);
                next != null && next.startsWith(topic);
                next = beginnings.higher(topic)) {
            beginnings.remove(next);
            all.remove(next);
        }
        beginnings.add(topic);
        all.add(topic);
    }

    private void addCommon(Set<String> granted, String prefix) {
        String before = beginnings.floor(prefix);
        if (before != null && prefix.startsWith(before)) {
            granted.add(prefix);
            return;
        }
        for (String topic : all.tailSet(prefix)) {
            if (!topic.startsWith(prefix)) {
                return;
            }
            granted.add(topic);
        }
    }

    private static void addHub(Set<String> granted, String prefix, String topic) {
        if (prefix.startsWith(topic)) {
            granted.add(prefix);
        } else if (topic.startsWith(prefix)) {
            granted.add(topic);
        }
    }
}
