package io.datahub.auth.users;

import io.datahub.api.log.LogText;
import io.datahub.api.user.TrustRule;
import io.datahub.api.user.User;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The differences between two versions of the users file, as {@code key=value} for the audit log. */
public final class UsersDifference {

    private static final int SHOWN_DIGITS = 8;

    private final List<String> lines = new ArrayList<>();

    private UsersDifference() {}

    public static List<String> between(Users before, Users after) {
        UsersDifference difference = new UsersDifference();
        for (StoredUser user : before.all()) {
            if (after.named(user.name()).isEmpty()) {
                difference.user("removed", user);
            }
        }
        for (StoredUser user : after.all()) {
            Optional<StoredUser> old = before.named(user.name());
            if (old.isEmpty()) {
                difference.user("added", user);
            } else {
                difference.compare(old.get(), user);
            }
        }
        return difference.lines;
    }

    private void user(String change, StoredUser user) {
        lines.add("change=user-" + change + " user=" + user.name() + " roles="
                + String.join(",", user.user().roles()) + " credentials="
                + user.credentials().size());
    }

    private void compare(StoredUser before, StoredUser after) {
        if (before.disabled() != after.disabled()) {
            lines.add("change=user-" + (after.disabled() ? "disabled" : "enabled") + " user=" + after.name());
        }
        if (!rights(before.user()).equals(rights(after.user()))) {
            lines.add("change=user-rights user=" + after.name() + " roles="
                    + String.join(",", after.user().roles()) + " grants="
                    + after.user().grants().size());
        }
        trust("removed", before, Set.copyOf(after.trustRules()));
        trust("added", after, Set.copyOf(before.trustRules()));
        Set<StoredCredential> old = new HashSet<>(before.credentials());
        Set<StoredCredential> present = new HashSet<>(after.credentials());
        for (StoredCredential credential : before.credentials()) {
            if (!present.contains(credential)) {
                credential("removed", after, credential);
            }
        }
        for (StoredCredential credential : after.credentials()) {
            if (!old.contains(credential)) {
                credential("added", after, credential);
            }
        }
    }

    /** The trust rules of a user that are not among the others. */
    private void trust(String change, StoredUser user, Set<TrustRule> others) {
        user.trustRules().stream()
                .filter(rule -> !others.contains(rule))
                .forEach(rule -> lines.add("change=trust-" + change + " user=" + user.name() + " begins="
                        + rule.id().substring(0, SHOWN_DIGITS) + " issuer=" + LogText.quoted(rule.issuer())));
    }

    private static List<Object> rights(User user) {
        return List.of(user.roles(), user.grants());
    }

    private static String describe(StoredCredential credential) {
        return credential.kind() == StoredCredential.Kind.SSH_KEY
                ? credential.id()
                : credential.value().substring(0, SHOWN_DIGITS);
    }

    private void credential(String change, StoredUser user, StoredCredential credential) {
        lines.add("change=" + credential.kind().word() + "-" + change + " user=" + user.name() + " begins="
                + describe(credential) + " label=" + LogText.quoted(credential.label())
                + credential.expires().map(end -> " expires=" + end).orElse(""));
    }
}
