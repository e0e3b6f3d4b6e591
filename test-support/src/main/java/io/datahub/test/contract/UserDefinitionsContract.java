package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.user.Action;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Grant;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.api.user.UserDefinition;
import io.datahub.api.user.UserDefinitions;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each {@link UserDefinitions} does, together with the {@link Authenticator} of the same users. */
public abstract class UserDefinitionsContract {

    protected static final String ROOT_TOKEN = "root-token-root-token-root-token";
    protected static final String ANN_TOKEN = "ann-token-ann-token-ann-token-an";

    private static final Origin HERE = new Origin("test", InetAddress.getLoopbackAddress(), true);
    private static final RecordPath OF_ANN = RecordPath.parse("builds/ann/a").get();

    private Login root;
    private Login ann;

    /**
     * Starts with two users: {@code root}, an administrator, with {@link #ROOT_TOKEN}; {@code ann} with {@link
     * #ANN_TOKEN} and without grants or roles.
     */
    protected abstract void start() throws Exception;

    /** The implementation. */
    protected abstract UserDefinitions definitions();

    /** The authenticator of the same users. */
    protected abstract Authenticator authenticator();

    @BeforeEach
    void logIn() throws Exception {
        start();
        root = login(ROOT_TOKEN);
        ann = login(ANN_TOKEN);
    }

    private Login login(String token) {
        return authenticate(token).get();
    }

    private Result<Login> authenticate(String token) {
        byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
        return authenticator()
                .authenticate(new Credentials.Token(Optional.empty(), bytes), HERE)
                .toCompletableFuture()
                .join();
    }

    private static UserDefinition user(String name, Grant... grants) {
        return new UserDefinition(name, false, List.of(), List.of(grants), List.of(), List.of());
    }

    private Result<Optional<UserDefinition>> put(UserDefinition definition) throws Exception {
        return definitions().change(root, definition.name(), present -> Result.done(Optional.of(definition)));
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().orElseThrow().reason();
    }

    @Test
    void listsAllUsers() throws Exception {
        assertThat(definitions().all(root).get())
                .extracting(UserDefinition::name)
                .containsExactlyInAnyOrder("root", "ann");
    }

    @Test
    void aGrantIsInEffectAtOnce() throws Exception {
        Grant grant = UserDefinition.own("ann", Action.WRITE, "builds/{user}/");
        assertThat(put(user("ann", grant)).get().orElseThrow().grants()).containsExactly(grant);
        assertThat(authenticator().renew(ann).orElseThrow().user().mayWrite(OF_ANN))
                .isTrue();
        put(user("ann")).get();
        assertThat(authenticator().renew(ann).orElseThrow().user().mayWrite(OF_ANN))
                .isFalse();
    }

    @Test
    void aUserComesAndGoes() throws Exception {
        UserDefinition bob = user("bob", UserDefinition.own("bob", Action.PUBLISH, "a<&\">'b"));
        assertThat(put(bob).get()).contains(bob);
        assertThat(definitions().all(root).get()).contains(bob);
        assertThat(definitions()
                        .change(root, "bob", present -> Result.done(Optional.empty()))
                        .get())
                .isEmpty();
        assertThat(definitions().all(root).get()).doesNotContain(bob);
    }

    @Test
    void whoIsRemovedCantLogIn() throws Exception {
        definitions()
                .change(root, "ann", present -> Result.done(Optional.empty()))
                .get();
        assertThat(reason(authenticate(ANN_TOKEN))).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(authenticator().renew(ann)).isEmpty();
    }

    @Test
    void theChangeSeesTheUserAndMayRefuse() throws Exception {
        put(user("ann", UserDefinition.own("ann", Action.READ, "a/"))).get();
        Result<Optional<UserDefinition>> refused = definitions()
                .change(
                        root,
                        "ann",
                        present -> Result.refused(
                                Reason.PRECONDITION_FAILED,
                                present.orElseThrow().grants().get(0).what()));
        assertThat(reason(refused)).isEqualTo(Reason.PRECONDITION_FAILED);
        assertThat(refused.refusal().orElseThrow().detail()).isEqualTo("a/");
    }

    @Test
    void onlyAdministratorsSeeAndChangeThem() throws Exception {
        assertThat(reason(definitions().all(ann))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(definitions().change(ann, "ann", Result::done))).isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void whoBecomesAnAdministratorMayDoEverything() throws Exception {
        put(new UserDefinition("ann", false, List.of(User.ADMIN), List.of(), List.of(), List.of()))
                .get();
        assertThat(definitions().all(login(ANN_TOKEN)).isRefused()).isFalse();
    }
}
