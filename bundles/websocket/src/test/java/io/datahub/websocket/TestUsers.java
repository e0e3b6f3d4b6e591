package io.datahub.websocket;

import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.test.memory.MemoryUsers;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Users: of those in memory, {@code ann} and the administrator {@code root}, the token is {@code token-of-NAME}. */
final class TestUsers {

    private TestUsers() {}

    static MemoryUsers memory() {
        MemoryUsers users = new MemoryUsers();
        for (String name : List.of("ann", "root")) {
            users.with(user(name)).with(name, "token-of-" + name);
        }
        users.delayFailures(Duration.ofMillis(50));
        return users;
    }

    private static User user(String name) {
        List<Grant> grants = List.of(
                new Grant(Action.PUBLISH, "build.", "user " + name),
                new Grant(Action.SUBSCRIBE, "", "user " + name),
                new Grant(Action.READ, "open/", "user " + name));
        return new User(name, name.equals("root") ? Set.of(User.ADMIN) : Set.of(), grants);
    }

    /** A login over HTTP, of a user of any name. */
    static Login httpLogin(String name) {
        Origin origin = new Origin("http", InetAddress.getLoopbackAddress(), false);
        return new Login(user(name), "test", Optional.empty(), Optional.empty(), origin);
    }
}
