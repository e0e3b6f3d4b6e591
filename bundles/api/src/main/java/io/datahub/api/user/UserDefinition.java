package io.datahub.api.user;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.UserRegistry.Credential;
import java.util.ArrayList;
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
     * The same user with more roles and grants.
     *
     * @param added what is added; what the user has already stays
     * @return the user
     */
    public UserDefinition plus(UserDefinition added) {
        List<String> allRoles = new ArrayList<>(roles);
        allRoles.addAll(added.roles);
        List<Grant> allGrants = new ArrayList<>(grants);
        allGrants.addAll(added.grants);
        return new UserDefinition(name, disabled, allRoles, allGrants, trustRules, credentials);
    }

    /**
     * The same user without some roles and grants.
     *
     * @param lost what is removed
     * @return the user; or a refusal with {@link Reason#NOT_FOUND} if it doesn't have all of them itself
     */
    public Result<UserDefinition> minus(UserDefinition lost) {
        if (!roles.containsAll(lost.roles) || !grants.containsAll(lost.grants)) {
            return Result.refused(
                    Reason.NOT_FOUND,
                    "the user " + name + " doesn't have all of that itself; what a role grants is changed in the role");
        }
        List<String> otherRoles = new ArrayList<>(roles);
        otherRoles.removeAll(lost.roles);
        List<Grant> otherGrants = new ArrayList<>(grants);
        otherGrants.removeAll(lost.grants);
        return Result.done(new UserDefinition(name, disabled, otherRoles, otherGrants, trustRules, credentials));
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
