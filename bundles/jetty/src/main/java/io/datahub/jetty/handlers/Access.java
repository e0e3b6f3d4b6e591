package io.datahub.jetty.handlers;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** Who may send requests to a handler, as its property {@code datahub.http.access} says. Immutable. */
final class Access {

    static final Access USER = new Access("user", user -> true);

    private static final String ALLOWED =
            "open, handler, user, monitor, admin, or publish:, subscribe:, read:, create: or write: with a topic or path";
    private static final String OPEN = "open";
    private static final String HANDLER = "handler";

    private final String text;
    private final Predicate<User> condition;

    private Access(String text, Predicate<User> condition) {
        this.text = text;
        this.condition = condition;
    }

    /** @throws IllegalArgumentException if the value isn't allowed */
    static Access of(String text) {
        return switch (text) {
            case OPEN, HANDLER -> new Access(text, user -> true);
            case "user" -> USER;
            case "monitor" -> new Access(text, User::isMonitor);
            case "admin" -> new Access(text, User::isAdmin);
            default -> new Access(text, grant(text));
        };
    }

    private static Predicate<User> grant(String text) {
        int colon = text.indexOf(':');
        String what = text.substring(colon + 1);
        byte[] topic = what.getBytes(StandardCharsets.UTF_8);
        return switch (text.substring(0, Math.max(0, colon))) {
            case "publish" -> user -> user.mayPublish(topic);
            case "subscribe" -> user -> user.maySubscribe(topic);
            case "read" -> path(Action.READ, what, text);
            case "create" -> path(Action.CREATE, what, text);
            case "write" -> path(Action.WRITE, what, text);
            default -> throw invalid(text);
        };
    }

    private static Predicate<User> path(Action action, String what, String text) {
        if (what.isEmpty() || what.endsWith("/")) {
            return user -> user.isAdmin()
                    || user.grants().stream()
                            .anyMatch(grant -> (grant.action() == action
                                            || (action == Action.CREATE && grant.action() == Action.WRITE))
                                    && (grant.what().isEmpty() || grant.what().endsWith("/"))
                                    && what.startsWith(grant.what()));
        }
        RecordPath path = RecordPath.parse(what).refusal().isPresent() ? null : RecordPath.of(what);
        if (path == null) {
            throw invalid(text);
        }
        return switch (action) {
            case READ -> user -> user.mayRead(path);
            case CREATE -> user -> user.mayCreate(path);
            default -> user -> user.mayWrite(path);
        };
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException("its access is " + text + "; set it to " + ALLOWED);
    }

    /** Whether requests without a login are accepted. */
    boolean isOpen() {
        return text.equals(OPEN) || isLeftToHandler();
    }

    /** Whether the handler authenticates on its own. */
    boolean isLeftToHandler() {
        return text.equals(HANDLER);
    }

    /** Why the user may not use the handler; empty if they may. */
    Optional<Refusal> refusal(User user) {
        return condition.test(user)
                ? Optional.empty()
                : Optional.of(new Refusal(
                        Reason.FORBIDDEN,
                        "this needs " + (text.contains(":") ? "the grant " : "the role ")
                                + text.replaceFirst(":", " ")));
    }

    @Override
    public String toString() {
        return text.toLowerCase(Locale.ROOT);
    }
}
