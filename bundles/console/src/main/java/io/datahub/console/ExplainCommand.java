package io.datahub.console;

import io.datahub.api.record.RecordPath;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:explain}. */
@Command(scope = "datahub", name = "explain", description = "Says whether a user may do something, and why or why not")
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
                .orElseThrow(() -> new CommandException("there is no user " + name + "; datahub:users shows all"));
        Action wanted = Arrays.stream(Action.values())
                .filter(known -> known.word().equals(action))
                .findFirst()
                .orElseThrow(() -> new CommandException("an action is publish, subscribe, read, create or write"));
        boolean allowed = may(account.user(), wanted) && !account.disabled();
        print(new Table("allowed", "because").row(allowed, reasons(account, wanted)));
        return null;
    }

    private boolean may(User user, Action wanted) {
        byte[] topic = what.getBytes(StandardCharsets.UTF_8);
        return switch (wanted) {
            case PUBLISH -> user.mayPublish(topic);
            case SUBSCRIBE -> User.isReserved(topic) ? mayHear(user) : user.maySubscribe(topic);
            case READ -> user.mayRead(path());
            case CREATE -> user.mayCreate(path());
            case WRITE -> user.mayWrite(path());
        };
    }

    /** Whether a topic of the hub's own reaches the user. */
    private boolean mayHear(User user) {
        return what.startsWith(FILE_TOPICS) ? user.mayRead(announced()) : what.equals(LOST) || user.isMonitor();
    }

    /** The record of a file event's topic. */
    private RecordPath announced() {
        int slash = what.indexOf('/');
        if (slash < 0) {
            throw new CommandException("name a whole topic, such as file.created/builds/app.tgz");
        }
        return done(RecordPath.parse(what.substring(slash + 1)));
    }

    private RecordPath path() {
        return done(RecordPath.parse(what));
    }

    private List<String> reasons(UserRegistry.Account account, Action wanted) {
        List<String> reasons = new ArrayList<>();
        if (account.disabled()) {
            reasons.add("the user is switched off");
        }
        if (!wanted.ofPaths() && User.isReserved(what.getBytes(StandardCharsets.UTF_8))) {
            reservedTopic(account, wanted, reasons);
        } else {
            granted(account.user(), wanted, wanted.ofPaths() ? path() : RecordPath.ROOT, reasons);
        }
        return reasons.isEmpty() ? List.of("no grant covers it") : reasons;
    }

    private void reservedTopic(UserRegistry.Account account, Action wanted, List<String> reasons) {
        if (wanted == Action.PUBLISH) {
            reasons.add("topics that begin with file. or hub. belong to the hub");
        } else if (what.startsWith(FILE_TOPICS)) {
            reasons.add("file events follow what the user may read");
            granted(account.user(), Action.READ, announced(), reasons);
        } else if (what.equals(LOST)) {
            reasons.add("everybody is told what it lost itself");
        } else {
            reasons.add("topics that begin with hub. are for the roles monitor and admin");
        }
    }

    private void granted(User user, Action wanted, RecordPath path, List<String> reasons) {
        if (user.isAdmin()) {
            reasons.add("role admin may do everything");
        } else if (wanted.ofPaths() && path.equals(RecordPath.USERS)) {
            reasons.add("the users file is for administrators alone");
        } else {
            user.grants().stream()
                    .filter(grant -> covers(grant, wanted, path))
                    .forEach(grant ->
                            reasons.add(grant.action().word() + "=\"" + grant.what() + "\" of " + grant.origin()));
        }
    }

    private boolean covers(Grant grant, Action wanted, RecordPath path) {
        boolean fits = grant.action() == wanted || (wanted == Action.CREATE && grant.action() == Action.WRITE);
        return fits && (wanted.ofPaths() ? grant.covers(path) : what.startsWith(grant.what()));
    }
}
