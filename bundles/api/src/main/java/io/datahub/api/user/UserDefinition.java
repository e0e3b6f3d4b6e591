package io.datahub.api.user;

import io.datahub.api.user.UserRegistry.Credential;
import java.util.Comparator;
import java.util.List;

/**
 * What the users file says about one user. Lists are sorted and have no duplicates, so two definitions are equal if they
 * mean the same.
 *
 * @param name its name
 * @param disabled whether it is disabled
 * @param roles the names of its roles
 * @param grants its own grants, without those of its roles; {@code {user}} stands for its name and isn't replaced
 * @param trustRules the trust rules by which it is authenticated
 * @param credentials its credentials in the file, without the times of their last use
 */
public record UserDefinition(
        String name,
        boolean disabled,
        List<String> roles,
        List<Grant> grants,
        List<TrustRule> trustRules,
        List<Credential> credentials) {

    /** Sorts the lists and removes duplicates. */
    public UserDefinition {
        roles = roles.stream().sorted().distinct().toList();
        grants = grants.stream()
                .map(grant -> own(name, grant.action(), grant.what()))
                .sorted(Comparator.comparing(Grant::action).thenComparing(Grant::what))
                .distinct()
                .toList();
        trustRules = trustRules.stream()
                .sorted(Comparator.comparing(TrustRule::id))
                .distinct()
                .toList();
        credentials = credentials.stream()
                .sorted(Comparator.comparing(Credential::kind).thenComparing(Credential::id))
                .toList();
    }

    /**
     * A grant of a user itself, as opposed to one of its roles.
     *
     * @param user the user's name
     * @param action what it allows
     * @param what a topic prefix or a path, in which {@code {user}} stands for the user's name
     * @return the grant
     */
    public static Grant own(String user, Action action, String what) {
        return new Grant(action, what, "user " + user);
    }
}
