package io.datahub.http.account;

import io.datahub.api.user.Credentials;
import io.datahub.api.user.Grant;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.test.memory.MemoryRegistry;
import io.datahub.test.memory.MemoryUsers;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Users in memory: {@code ci} with a token labelled {@code agent}, and the administrator {@code ops}. */
final class TokenUsers {

    private static final Origin HERE = new Origin("http", InetAddress.getLoopbackAddress(), false);

    final MemoryRegistry registry;
    final Login ops;

    /** A login with the token. */
    final Login ci;

    /** The token. */
    final Credential agent;

    TokenUsers(Set<String> roles, Grant... grants) {
        MemoryUsers users = new MemoryUsers()
                .with(new User("ci", roles, List.of(grants)))
                .with(new User("ops", Set.of(User.ADMIN), List.of()));
        registry = new MemoryRegistry(users);
        ops = users.login("ops", HERE);
        var issued = registry.issueToken(ops, "ci", "agent", Optional.empty()).get();
        agent = issued.credential();
        Login login = users.authenticate(
                        new Credentials.Token(Optional.empty(), issued.token().getBytes(StandardCharsets.UTF_8)), HERE)
                .toCompletableFuture()
                .join()
                .get();
        ci = new Login(login.user(), login.credential(), Optional.of("agent"), login.expires(), HERE);
    }

    /** The labels of the tokens of {@code ci}, each with its expiry. */
    List<String> tokens() {
        return registry.accounts().stream()
                .filter(account -> account.user().name().equals("ci"))
                .flatMap(account -> account.credentials().stream())
                .map(token -> token.label()
                        + token.expires()
                                .map(Instant::toString)
                                .map(end -> " " + end)
                                .orElse(""))
                .toList();
    }
}
