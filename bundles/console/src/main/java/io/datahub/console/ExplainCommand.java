package io.datahub.console;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.path.RecordPath;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry;
import io.datahub.console.shell.CommandException;
import io.datahub.console.shell.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:explain}. */
@Command(scope = "datahub", name = "explain", description = "Shows whether a user has a permission, and why or why not")
@Service
public final class ExplainCommand extends DatahubCommand {

    private static final String FILE_TOPICS = "file.";
    private static final String LOST = "hub.lost";

    @Argument(name = "user", description = "The user's name", required = true)
    @Completion(UserNames.class)
    String name;

    @Argument(index = 1, name = "action", description = "publish, subscribe, read, create or write", required = true)
    @Completion(UserActions.class)
    String action;

    @Argument(index = 2, name = "what", description = "The topic, or the path of the record", required = true)
    String what;

    @Override
    public Object execute() {
        UserRegistry.Account account = service(UserRegistry.class).accounts().stream()
                .filter(known -> known.user().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new CommandException("no user " + name + "; datahub:users lists the users"));
        Action requested = Arrays.stream(Action.values())
                .filter(known -> known.word().equals(action))
                .findFirst()
                .orElseThrow(
                        () -> new CommandException("the action must be publish, subscribe, read, create or write"));
        boolean allowed = may(account.user(), requested) && !account.disabled();
        print(new Table("allowed", "because").row(allowed, reasons(account, requested)));
        return null;
    }

    private boolean may(User user, Action requested) {
        byte[] topic = what.getBytes(StandardCharsets.UTF_8);
        return switch (requested) {
            case PUBLISH -> user.mayPublish(topic);
            case SUBSCRIBE -> User.isReserved(topic) ? mayReceive(user) : user.maySubscribe(topic);
            case READ -> user.mayRead(path());
            case CREATE -> user.mayCreate(path());
            case WRITE -> user.mayWrite(path());
        };
    }

    /** Whether the user receives events of a topic that is reserved for the hub. */
    private boolean mayReceive(User user) {
        return what.startsWith(FILE_TOPICS) ? user.mayRead(announcedRecord()) : what.equals(LOST) || user.isMonitor();
    }

    /** Returns the record that a file event's topic names. */
    private RecordPath announcedRecord() {
        int slash = what.indexOf('/');
        if (slash < 0) {
            throw new CommandException("give a complete topic, such as file.created/builds/app.tgz");
        }
        return require(RecordPath.parse(what.substring(slash + 1)));
    }

    private RecordPath path() {
        return require(RecordPath.parse(what));
    }

    private List<String> reasons(UserRegistry.Account account, Action requested) {
        List<String> reasons = new ArrayList<>();
        if (account.disabled()) {
            reasons.add("the user is disabled");
        }
        if (!requested.ofPaths() && User.isReserved(what.getBytes(StandardCharsets.UTF_8))) {
            addReservedTopicReasons(account, requested, reasons);
        } else {
            addGrants(account.user(), requested, requested.ofPaths() ? path() : RecordPath.ROOT, reasons);
        }
        return reasons.isEmpty() ? List.of("no grant covers it") : reasons;
    }

    private void addReservedTopicReasons(UserRegistry.Account account, Action requested, List<String> reasons) {
        if (requested == Action.PUBLISH) {
            reasons.add("topics that begin with file. or hub. are reserved for the hub");
        } else if (what.startsWith(FILE_TOPICS)) {
            reasons.add("file events require permission to read the file");
            addGrants(account.user(), Action.READ, announcedRecord(), reasons);
        } else if (what.equals(LOST)) {
            reasons.add("every client is notified of its own lost events");
        } else {
            reasons.add("topics that begin with hub. require the role monitor or admin");
        }
    }

    private void addGrants(User user, Action requested, RecordPath path, List<String> reasons) {
        if (user.isAdmin()) {
            reasons.add("the role admin has all permissions");
        } else if (requested.ofPaths() && path.equals(RecordPath.USERS)) {
            reasons.add("only administrators can access the users file");
        } else {
            user.grants().stream()
                    .filter(grant -> covers(grant, requested, path))
                    .forEach(grant ->
                            reasons.add(grant.action().word() + "=\"" + grant.what() + "\" of " + grant.origin()));
        }
    }

    private boolean covers(Grant grant, Action requested, RecordPath path) {
        boolean matches = grant.action() == requested || (requested == Action.CREATE && grant.action() == Action.WRITE);
        return matches && (requested.ofPaths() ? grant.covers(path) : what.startsWith(grant.what()));
    }
}
