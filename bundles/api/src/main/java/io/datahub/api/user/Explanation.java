package io.datahub.api.user;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a user may do something, and why or why not.
 *
 * @param isAllowed whether it may now
 * @param reasons for people, at least one
 */
public record Explanation(boolean isAllowed, List<String> reasons) {

    private static final String FILE_TOPICS = "file.";
    private static final String LOST = "hub.lost";

    public Explanation {
        reasons = List.copyOf(reasons);
    }

    /**
     * Explains a permission.
     *
     * @param account the user
     * @param action what it wants to do
     * @param what the topic, or the path of the record
     * @return the explanation; refused with {@link Reason#BAD_REQUEST} if there can be no such topic or path
     */
    public static Result<Explanation> of(UserRegistry.Account account, Action action, String what) {
        boolean isReserved = !action.ofPaths() && User.isReserved(what.getBytes(StandardCharsets.UTF_8));
        Result<RecordPath> path = action.ofPaths()
                ? RecordPath.parse(what)
                : isReserved && action == Action.SUBSCRIBE && what.startsWith(FILE_TOPICS)
                        ? announcedRecord(what)
                        : Result.done(RecordPath.ROOT);
        return path.then(record -> {
            List<String> reasons = new ArrayList<>();
            if (account.disabled()) {
                reasons.add("the user is disabled");
            }
            if (isReserved) {
                addReservedTopic(account.user(), action, what, record, reasons);
            } else {
                addGrants(account.user(), action, what, record, reasons);
            }
            boolean isAllowed = may(account.user(), action, what, record, isReserved) && !account.disabled();
            return Result.done(new Explanation(isAllowed, reasons.isEmpty() ? List.of("no grant covers it") : reasons));
        });
    }

    /** The record that a file event's topic names. */
    private static Result<RecordPath> announcedRecord(String topic) {
        int slash = topic.indexOf('/');
        return slash < 0
                ? Result.refused(Reason.BAD_REQUEST, "give a complete topic, such as file.created/builds/app.tgz")
                : RecordPath.parse(topic.substring(slash + 1));
    }

    private static boolean may(User user, Action action, String what, RecordPath path, boolean isReserved) {
        byte[] topic = what.getBytes(StandardCharsets.UTF_8);
        return switch (action) {
            case PUBLISH -> user.mayPublish(topic);
            case SUBSCRIBE -> isReserved ? mayReceive(user, what, path) : user.maySubscribe(topic);
            case READ -> user.mayRead(path);
            case CREATE -> user.mayCreate(path);
            case WRITE -> user.mayWrite(path);
        };
    }

    /** Whether the user receives events of a topic that is reserved for the hub. */
    private static boolean mayReceive(User user, String topic, RecordPath announced) {
        return topic.startsWith(FILE_TOPICS) ? user.mayRead(announced) : topic.equals(LOST) || user.isMonitor();
    }

    private static void addReservedTopic(
            User user, Action action, String topic, RecordPath path, List<String> reasons) {
        if (action == Action.PUBLISH) {
            reasons.add("topics that begin with file. or hub. are reserved for the hub");
        } else if (topic.startsWith(FILE_TOPICS)) {
            reasons.add("file events require permission to read the file");
            addGrants(user, Action.READ, topic, path, reasons);
        } else if (topic.equals(LOST)) {
            reasons.add("every client is notified of its own lost events");
        } else {
            reasons.add("topics that begin with hub. require the role monitor or admin");
        }
    }

    private static void addGrants(User user, Action action, String what, RecordPath path, List<String> reasons) {
        if (user.isAdmin()) {
            reasons.add("the role admin has all permissions");
        } else if (action.ofPaths() && path.equals(RecordPath.USERS)) {
            reasons.add("only administrators can access the users file");
        } else {
            user.grants().stream()
                    .filter(grant -> covers(grant, action, what, path))
                    .forEach(grant ->
                            reasons.add(grant.action().word() + "=\"" + grant.what() + "\" of " + grant.origin()));
        }
    }

    private static boolean covers(Grant grant, Action action, String what, RecordPath path) {
        boolean matches = grant.action() == action || (action == Action.CREATE && grant.action() == Action.WRITE);
        return matches && (action.ofPaths() ? grant.covers(path) : what.startsWith(grant.what()));
    }
}
