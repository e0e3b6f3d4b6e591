package io.datahub.test.memory;

import io.datahub.api.user.Authenticator;
import io.datahub.api.user.SshKeyRegistry;
import io.datahub.api.user.User;
import io.datahub.test.contract.SshKeyRegistryContract;
import java.util.List;
import java.util.Set;

class MemorySshKeysTest extends SshKeyRegistryContract {

    private final MemoryUsers users = new MemoryUsers();
    private final MemorySshKeys keys = new MemorySshKeys(users);

    @Override
    protected void start() {
        users.with(new User("root", Set.of(User.ADMIN), List.of()))
                .with(new User("ann", Set.of(), List.of()))
                .with("root", ROOT_TOKEN)
                .with("ann", ANN_TOKEN);
    }

    @Override
    protected SshKeyRegistry registry() {
        return keys;
    }

    @Override
    protected Authenticator authenticator() {
        return users;
    }
}
