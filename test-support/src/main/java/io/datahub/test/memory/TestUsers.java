package io.datahub.test.memory;

import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** In-memory users, by name. */
public final class TestUsers {

    public final MemoryUsers memory = new MemoryUsers();

    /** Adds or replaces a user; grants are pairs of action and object, such as {@code SUBSCRIBE, "build."}. */
    public TestUsers with(String name, Object... grants) {
        List<Grant> all = new ArrayList<>();
        for (int i = 0; i < grants.length; i += 2) {
            all.add(new Grant((Action) grants[i], (String) grants[i + 1], "test"));
        }
        memory.with(new User(name, Set.of(), all));
        return this;
    }

    public TestUsers withRole(String name, String role) {
        memory.with(new User(name, Set.of(role), List.of()));
        return this;
    }

    public TestUsers without(String name) {
        memory.without(name);
        return this;
    }

    public Login login(String name) {
        return login(name, "test");
    }

    public Login login(String name, String transport) {
        return memory.login(name, new Origin(transport, InetAddress.getLoopbackAddress(), false));
    }
}
