package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.SshKeyRegistry;
import io.datahub.api.user.SshPublicKey;
import io.datahub.api.user.UserRegistry.Credential;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each {@link SshKeyRegistry} does, together with the {@link Authenticator} of the same users. */
public abstract class SshKeyRegistryContract {

    protected static final String ROOT_TOKEN = "root-token-root-token-root-token";
    protected static final String ANN_TOKEN = "ann-token-ann-token-ann-token-an";

    private static final Origin HERE = new Origin("test", InetAddress.getLoopbackAddress(), true);
    private static final SshPublicKey KEY =
            SshPublicKey.parse("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPQ8hSh2MkKbkT0aYU8HpUjxDi87qB5mrO17MKonvrgp");
    private static final SshPublicKey OTHER =
            SshPublicKey.parse("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAII/xElM4Jvll6h64zugSoOe87RTnwsk2gsl1qi2HF45w");

    private Login root;
    private Login ann;

    /** Starts with two users: {@code root}, an administrator, with {@link #ROOT_TOKEN}; {@code ann} with {@link #ANN_TOKEN}. */
    protected abstract void start() throws Exception;

    /** The implementation. */
    protected abstract SshKeyRegistry registry();

    /** The authenticator of the same users. */
    protected abstract Authenticator authenticator();

    @BeforeEach
    void logIn() throws Exception {
        start();
        root = login(ROOT_TOKEN);
        ann = login(ANN_TOKEN);
    }

    private Login login(String token) {
        return authenticate(new Credentials.Token(Optional.empty(), token.getBytes(StandardCharsets.UTF_8)))
                .get();
    }

    private Result<Login> authenticate(Credentials credentials) {
        return authenticator()
                .authenticate(credentials, HERE)
                .toCompletableFuture()
                .join();
    }

    private boolean isAccepted(String user, SshPublicKey key) {
        return !authenticate(new Credentials.SshKey(Optional.of(user), key)).isRefused();
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().orElseThrow().reason();
    }

    @Test
    void aKeyLogsItsOwnerIn() throws Exception {
        Credential added =
                registry().add(root, "ann", KEY, "Ann's <laptop> & ü").get();
        assertThat(added.kind()).isEqualTo("ssh-key");
        assertThat(added.id()).isEqualTo(KEY.fingerprint());
        assertThat(added.label()).isEqualTo("Ann's <laptop> & ü");
        assertThat(isAccepted("ann", KEY)).isTrue();
        assertThat(isAccepted("root", KEY)).isFalse();
    }

    @Test
    void aKeyIsRemovedByLabelOrFingerprint() throws Exception {
        registry().add(root, "ann", KEY, "laptop").get();
        registry().add(root, "ann", OTHER, "").get();
        assertThat(registry().remove(root, "ann", "laptop").get().id()).isEqualTo(KEY.fingerprint());
        assertThat(isAccepted("ann", KEY)).isFalse();
        assertThat(isAccepted("ann", OTHER)).isTrue();
        registry().remove(root, "ann", OTHER.fingerprint()).get();
        assertThat(isAccepted("ann", OTHER)).isFalse();
        assertThat(reason(registry().remove(root, "ann", "laptop"))).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void aLabelOfSeveralKeysNamesNone() throws Exception {
        registry().add(root, "ann", KEY, "same").get();
        registry().add(root, "ann", OTHER, "same").get();
        assertThat(reason(registry().remove(root, "ann", "same"))).isEqualTo(Reason.CONFLICT);
    }

    @Test
    void aKeyHasOneOwner() throws Exception {
        registry().add(root, "ann", KEY, "").get();
        assertThat(reason(registry().add(root, "ann", KEY, ""))).isEqualTo(Reason.CONFLICT);
        assertThat(reason(registry().add(root, "root", KEY, ""))).isEqualTo(Reason.CONFLICT);
    }

    @Test
    void onlyAdministratorsChangeKeys() throws Exception {
        assertThat(reason(registry().add(ann, "ann", KEY, ""))).isEqualTo(Reason.FORBIDDEN);
        registry().add(root, "ann", KEY, "").get();
        assertThat(reason(registry().remove(ann, "ann", KEY.fingerprint()))).isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void whoDoesntExistHasNoKeys() throws Exception {
        assertThat(reason(registry().add(root, "nobody", KEY, ""))).isEqualTo(Reason.NOT_FOUND);
        assertThat(reason(registry().remove(root, "nobody", "laptop"))).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void aLabelIsOneLine() throws Exception {
        assertThat(reason(registry().add(root, "ann", KEY, "a\nb"))).isEqualTo(Reason.BAD_REQUEST);
    }
}
