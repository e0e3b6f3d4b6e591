package io.datahub.api.user;

import io.datahub.api.path.RecordPath;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A user and its permissions, as defined by one version of the users file. Immutable, so that decisions need no lock;
 * anyone keeping a user for long must renew it when the users change.
 */
public final class User {

    /** The built-in role with all permissions. */
    public static final String ADMIN = "admin";

    /** The built-in role that may see metrics, health details and the connected clients. */
    public static final String MONITOR = "monitor";

    /** The user that defines the permissions of clients without credentials. */
    public static final String ANONYMOUS = "anonymous";

    /** The hub itself, which has no name and all permissions. */
    public static final User HUB = new User("", Set.of(ADMIN), List.of());

    private static final byte[] FILE_TOPICS = "file.".getBytes(StandardCharsets.UTF_8);
    private static final byte[] HUB_TOPICS = "hub.".getBytes(StandardCharsets.UTF_8);

    private final String name;
    private final Set<String> roles;
    private final List<Grant> grants;
    private final Map<Action, List<Grant>> byAction = new EnumMap<>(Action.class);
    private final List<byte[]> publishPrefixes;
    private final List<byte[]> subscribePrefixes;

    /**
     * Creates a user.
     *
     * @param name its name, which is unique; empty for the hub
     * @param roles its roles
     * @param grants what it may do, unless it is an administrator
     */
    public User(String name, Set<String> roles, List<Grant> grants) {
        this.name = name;
        this.roles = Set.copyOf(roles);
        this.grants = List.copyOf(grants);
        for (Action action : Action.values()) {
            byAction.put(
                    action,
                    grants.stream().filter(grant -> grant.action() == action).toList());
        }
        publishPrefixes = prefixes(Action.PUBLISH);
        subscribePrefixes = prefixes(Action.SUBSCRIBE);
    }

    private List<byte[]> prefixes(Action action) {
        return isAdmin()
                ? List.of(new byte[0])
                : byAction.get(action).stream()
                        .map(grant -> grant.what().getBytes(StandardCharsets.UTF_8))
                        .toList();
    }

    /**
     * Its name; empty for the hub itself.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Its roles.
     *
     * @return the names of the roles
     */
    public Set<String> roles() {
        return roles;
    }

    /**
     * What it may do, unless it is an administrator.
     *
     * @return the grants of the user and of its roles
     */
    public List<Grant> grants() {
        return grants;
    }

    /**
     * Whether it may do everything.
     *
     * @return whether it has the role {@link #ADMIN}
     */
    public boolean isAdmin() {
        return roles.contains(ADMIN);
    }

    /**
     * Whether it may see metrics, health details and the connected clients.
     *
     * @return whether it may
     */
    public boolean isMonitor() {
        return isAdmin() || roles.contains(MONITOR);
    }

    /**
     * The topic prefixes that it may publish to.
     *
     * @return the prefixes in UTF-8; the empty one stands for every topic
     */
    public List<byte[]> publishPrefixes() {
        return publishPrefixes;
    }

    /**
     * The topic prefixes that it may subscribe to, without those of files and of the hub itself.
     *
     * @return the prefixes in UTF-8; the empty one stands for every topic
     */
    public List<byte[]> subscribePrefixes() {
        return subscribePrefixes;
    }

    /**
     * Whether it may publish to this topic. The topics {@code file.} and {@code hub.} are reserved for the hub.
     *
     * @param topic the topic in UTF-8
     * @return whether a grant covers it
     */
    public boolean mayPublish(byte[] topic) {
        return !isReserved(topic) && covers(publishPrefixes, topic);
    }

    /**
     * Whether it may receive this topic, which must not be a reserved one, by a subscription.
     *
     * @param topic the topic in UTF-8
     * @return whether a grant covers it
     */
    public boolean maySubscribe(byte[] topic) {
        return covers(subscribePrefixes, topic);
    }

    /**
     * Whether the topic is reserved for the hub, so that no user can publish to it.
     *
     * @param topic the topic in UTF-8
     * @return whether only the hub may publish it
     */
    public static boolean isReserved(byte[] topic) {
        return startsWith(topic, FILE_TOPICS) || startsWith(topic, HUB_TOPICS);
    }

    /**
     * Whether it may read a record.
     *
     * @param path the record
     * @return whether a grant covers it
     */
    public boolean mayRead(RecordPath path) {
        return may(Action.READ, path);
    }

    /**
     * Whether it may create this record if it doesn't exist.
     *
     * @param path the record
     * @return whether a grant covers it
     */
    public boolean mayCreate(RecordPath path) {
        return may(Action.CREATE, path) || may(Action.WRITE, path);
    }

    /**
     * Whether it may replace and delete this record.
     *
     * @param path the record
     * @return whether a grant covers it
     */
    public boolean mayWrite(RecordPath path) {
        return may(Action.WRITE, path);
    }

    /**
     * Whether it may read something in this directory, and so may see the entries that lead there.
     *
     * @param directory the directory
     * @return whether it may read something there
     */
    public boolean mayEnter(RecordPath directory) {
        return isAdmin() || any(Action.READ, grant -> grant.reachesInto(directory));
    }

    /**
     * Whether it may create something in this directory, and so may create the directory.
     *
     * @param directory the directory
     * @return whether a grant to create or write covers it, or leads into it
     */
    public boolean mayCreateIn(RecordPath directory) {
        return isAdmin()
                || any(Action.CREATE, grant -> grant.reachesInto(directory))
                || any(Action.WRITE, grant -> grant.reachesInto(directory));
    }

    private boolean may(Action action, RecordPath path) {
        return isAdmin() || (!path.equals(RecordPath.USERS) && any(action, grant -> grant.covers(path)));
    }

    private boolean any(Action action, Predicate<Grant> condition) {
        for (Grant grant : byAction.get(action)) {
            if (condition.test(grant)) {
                return true;
            }
        }
        return false;
    }

    private static boolean covers(List<byte[]> prefixes, byte[] topic) {
        for (byte[] prefix : prefixes) {
            if (startsWith(topic, prefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsWith(byte[] text, byte[] prefix) {
        return text.length >= prefix.length && Arrays.equals(text, 0, prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public String toString() {
        return name.isEmpty() ? "(hub)" : name;
    }
}
