package io.datahub.console.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenLoginsTest {

    private final KnownAdministrators users = new KnownAdministrators();
    private final OpenLogins logins = new OpenLogins();
    private final List<String> revoked = new ArrayList<>();

    @BeforeEach
    void addAdministrators() {
        users.roles.put("ann", Set.of(User.ADMIN));
        users.roles.put("bob", Set.of(User.ADMIN));
    }

    @Test
    void shouldRevokeOnlyTheLoginOfARemovedUser() {
        addLogin("ann");
        addLogin("bob");
        users.roles.remove("ann");
        logins.usersChanged(users);
        assertThat(revoked).containsExactly("ann");
    }

    @Test
    void shouldRevokeTheLoginOfAUserWhoLostTheRole() {
        addLogin("ann");
        users.roles.put("ann", Set.of(User.MONITOR));
        logins.usersChanged(users);
        logins.usersChanged(users);
        assertThat(revoked).containsExactly("ann");
    }

    @Test
    void shouldRevokeALoginThatWasAuthenticatedBeforeTheUsersChangedAndIsAddedAfterwards() {
        logins.usersChanged(users);
        Login authenticated = login("ann");
        users.roles.remove("ann");
        logins.usersChanged(users);
        logins.add("ann", authenticated, () -> revoked.add("ann"));
        assertThat(revoked).containsExactly("ann");
    }

    @Test
    void shouldNotRevokeALoginWhoseConnectionHasEnded() {
        addLogin("ann");
        logins.remove("ann");
        users.roles.remove("ann");
        logins.usersChanged(users);
        assertThat(revoked).isEmpty();
    }

    private void addLogin(String user) {
        logins.add(user, login(user), () -> revoked.add(user));
    }

    private Login login(String user) {
        return users.authenticate(
                        new Credentials.Token(Optional.of(user), user.getBytes(StandardCharsets.UTF_8)),
                        new Origin("ssh", InetAddress.getLoopbackAddress(), true))
                .toCompletableFuture()
                .join()
                .get();
    }
}
