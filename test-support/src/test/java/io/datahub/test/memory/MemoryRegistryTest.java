package io.datahub.test.memory;

import io.datahub.api.user.Authenticator;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry;
import io.datahub.test.contract.UserRegistryContract;
import java.util.List;
import java.util.Optional;
import java.util.Set;

class MemoryRegistryTest extends UserRegistryContract {

    private final MemoryUsers users = new MemoryUsers();
    private final MemoryRegistry registry = new MemoryRegistry(users);

    @Override
    protected void start() {
        users.with(new User("root", Set.of(User.ADMIN), List.of()))
                .with(new User("ann", Set.of(), List.of()))
                .with(new User("bob", Set.of(), List.of()));
        registry.add("root", ROOT_TOKEN, Optional.empty());
        registry.add("ann", ANN_TOKEN, Optional.empty());
        registry.add("bob", BOB_TOKEN, Optional.of(bobEnds));
    }

    @Override
    protected UserRegistry registry() {
        return registry;
    }

    @Override
    protected Authenticator authenticator() {
        return users;
    }
}
