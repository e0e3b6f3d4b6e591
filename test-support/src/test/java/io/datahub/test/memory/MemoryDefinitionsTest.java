package io.datahub.test.memory;

import io.datahub.api.user.Authenticator;
import io.datahub.api.user.User;
import io.datahub.api.user.UserDefinitions;
import io.datahub.test.contract.UserDefinitionsContract;
import java.util.List;
import java.util.Set;

class MemoryDefinitionsTest extends UserDefinitionsContract {

    private final MemoryUsers users = new MemoryUsers();
    private MemoryDefinitions definitions;

    @Override
    protected void start() {
        users.with(new User("root", Set.of(User.ADMIN), List.of()))
                .with(new User("ann", Set.of(), List.of()))
                .with("root", ROOT_TOKEN)
                .with("ann", ANN_TOKEN);
        definitions = new MemoryDefinitions(users);
    }

    @Override
    protected UserDefinitions definitions() {
        return definitions;
    }

    @Override
    protected Authenticator authenticator() {
        return users;
    }
}
