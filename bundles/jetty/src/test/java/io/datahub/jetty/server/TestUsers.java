package io.datahub.jetty.server;

import io.datahub.api.user.Credentials;
import io.datahub.api.user.User;
import io.datahub.jetty.authentication.CurrentAuthenticator;
import io.datahub.test.memory.MemoryUsers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Users without grants, each with one credential. */
public final class TestUsers {

    public final MemoryUsers memory = new MemoryUsers();

    public TestUsers add(String name, String token) {
        return add(name, token(token));
    }

    public TestUsers add(User user, String token) {
        memory.with(user).with(user.name(), token(token));
        return this;
    }

    public TestUsers certify(String name, String sha256) {
        return add(name, new Credentials.Certificate(sha256));
    }

    private TestUsers add(String name, Credentials credentials) {
        memory.with(new User(name, Set.of(), List.of())).with(name, credentials);
        return this;
    }

    public void remove(String token) {
        memory.without(token(token));
    }

    static Credentials token(String token) {
        return new Credentials.Token(Optional.empty(), token.getBytes(StandardCharsets.UTF_8));
    }

    /** These, as the users of the authenticator in use. */
    public CurrentAuthenticator current() {
        CurrentAuthenticator current = new CurrentAuthenticator();
        current.set(memory);
        return current;
    }
}
