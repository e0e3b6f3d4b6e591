package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Grant;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import io.datahub.api.user.UserDefinition;
import io.datahub.api.user.UserDefinitions;
import io.datahub.api.validation.Violation;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The definitions of users in memory, who have no roles but the built-in ones. Thread-safe. */
public final class MemoryDefinitions implements UserDefinitions {

    private final MemoryUsers users;
    private final Map<String, UserDefinition> byName = new ConcurrentHashMap<>();

    /** @param users the users that are defined */
    public MemoryDefinitions(MemoryUsers users) {
        this.users = users;
        users.all().forEach(user -> byName.put(user.name(), definition(user)));
    }

    private static UserDefinition definition(User user) {
        return new UserDefinition(user.name(), false, List.copyOf(user.roles()), user.grants(), List.of(), List.of());
    }

    private boolean isAdministrator(Login actor) {
        return users.renew(actor).filter(login -> login.user().isAdmin()).isPresent();
    }

    @Override
    public Result<List<UserDefinition>> all(Login actor) {
        return isAdministrator(actor)
                ? Result.done(byName.values().stream()
                        .sorted(Comparator.comparing(UserDefinition::name))
                        .toList())
                : Result.refused(Reason.FORBIDDEN, "only an administrator sees the definitions of users");
    }

    @Override
    public synchronized Result<Optional<UserDefinition>> change(Login actor, String name, Change change)
            throws IOException {
        if (!isAdministrator(actor)) {
            return Result.refused(Reason.FORBIDDEN, "only an administrator changes users");
        }
        Result<Optional<UserDefinition>> wanted = change.apply(Optional.ofNullable(byName.get(name)));
        if (wanted.isRefused()) {
            return wanted;
        }
        Optional<UserDefinition> changed = wanted.get();
        Optional<String> fault = fault(name, changed);
        if (fault.isPresent()) {
            return Result.refused(Refusal.invalid(List.of(new Violation("users", "1.0.0", 0, 0, fault.get()))));
        }
        changed.ifPresentOrElse(this::put, () -> remove(name));
        return wanted;
    }

    private Optional<String> fault(String name, Optional<UserDefinition> changed) {
        boolean anotherAdministrator =
                byName.values().stream().anyMatch(each -> !each.name().equals(name) && isAdministrator(each));
        if (!anotherAdministrator
                && changed.filter(MemoryDefinitions::isAdministrator).isEmpty()) {
            return Optional.of("no administrator would be left");
        }
        return changed.flatMap(definition -> definition.roles().stream()
                .filter(role -> !Set.of(User.ADMIN, User.MONITOR).contains(role))
                .findFirst()
                .map(role -> "there is no role named " + role));
    }

    private static boolean isAdministrator(UserDefinition definition) {
        return !definition.disabled() && definition.roles().contains(User.ADMIN);
    }

    private void put(UserDefinition definition) {
        byName.put(definition.name(), definition);
        List<Grant> grants = definition.grants().stream()
                .map(grant ->
                        new Grant(grant.action(), grant.what().replace("{user}", definition.name()), grant.origin()))
                .toList();
        users.with(new User(definition.name(), Set.copyOf(definition.roles()), grants));
    }

    private void remove(String name) {
        byName.remove(name);
        users.without(name);
    }
}
