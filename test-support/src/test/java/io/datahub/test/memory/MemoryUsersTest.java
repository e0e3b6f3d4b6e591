package io.datahub.test.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Grant;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.test.contract.AuthenticatorContract;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MemoryUsersTest extends AuthenticatorContract {

    private final MemoryUsers users = new MemoryUsers();

    @Override
    protected Authenticator authenticator() {
        return users;
    }

    @Override
    protected void users(List<Grant> grants, List<Credentials> credentials) {
        List.of(TOKEN, CURVE_KEY, CERTIFICATE, new Credentials.SshKey(Optional.empty(), SSH_KEY))
                .forEach(users::without);
        users.without(User.ANONYMOUS)
                .with(new User("root", Set.of(User.ADMIN), List.of()))
                .with("root", ROOT_TOKEN)
                .with(new User("ann", Set.of(), grants));
        credentials.forEach(each -> users.with("ann", each));
    }

    @Override
    protected void allowAnonymous() {
        users.with(new User(User.ANONYMOUS, Set.of(), List.of()));
    }

    @Test
    void shouldVerifyLateWhenTold() {
        users(List.of(), List.of(TOKEN));
        CompletableFuture<Void> gate = users.late(Credentials.Token.KIND);

        CompletableFuture<Result<Login>> result = users.authenticate(
                        TOKEN, new Origin("test", InetAddress.getLoopbackAddress(), false))
                .toCompletableFuture();

        assertThat(result).isNotDone();
        gate.complete(null);
        assertThat(result.join().get().user().name()).isEqualTo("ann");
    }
}
