package io.datahub.api.user;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What of a subscription a user gets now, for answers that tell it: a subscription is cut down to what is granted, and
 * somebody who gets nothing is to know why.
 */
public final class GrantedTopics {

    private static final String FILE = "file.";
    private static final String HUB = "hub.";
    private static final String LOST = "hub.lost";
    private static final List<String> KINDS =
            List.of("file.created/", "file.updated/", "file.deleted/", "file.rejected/");

    private GrantedTopics() {}

    /**
     * The topic prefixes that a user gets of those it asked for, each once. File events follow its grants to read, and the
     * hub's own topics go to monitors that ask for them, {@code hub.lost} to everybody that does.
     */
    public static List<String> of(User user, Collection<String> wanted) {
        Set<String> granted = new LinkedHashSet<>();
        for (String prefix : new LinkedHashSet<>(wanted)) {
            if (prefix.startsWith(HUB)) {
                addCommon(granted, prefix, user.isMonitor() ? HUB : LOST);
            } else if (user.isAdmin()) {
                granted.add(prefix);
            } else {
                addGranted(granted, prefix, user);
            }
        }
        return List.copyOf(granted);
    }

    private static void addGranted(Set<String> granted, String prefix, User user) {
        if (!prefix.startsWith(FILE)) {
            for (byte[] grant : user.subscribePrefixes()) {
                addCommon(granted, prefix, new String(grant, StandardCharsets.UTF_8));
            }
        }
        if (!prefix.startsWith(FILE) && !FILE.startsWith(prefix)) {
            return;
        }
        for (Grant grant : user.grants()) {
            if (grant.action() != Action.READ) {
                continue;
            }
            if (grant.what().isEmpty()) {
                addCommon(granted, prefix, FILE);
                continue;
            }
            for (String kind : KINDS) {
                String topic = kind + grant.what();
                if (topic.endsWith("/") || topic.startsWith(prefix)) {
                    addCommon(granted, prefix, topic);
                }
            }
        }
    }

    /** Adds the longer one, if it begins with the other. */
    private static void addCommon(Set<String> granted, String one, String other) {
        if (one.startsWith(other)) {
            granted.add(one);
        } else if (other.startsWith(one)) {
            granted.add(other);
        }
    }
}
