package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.LoginSession;
import io.datahub.api.user.Origin;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.user.UserRegistry.Account;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.api.user.UserRegistry.IssuedToken;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each {@link UserRegistry} does, together with the {@link Authenticator} of the same users. */
public abstract class UserRegistryContract {

    protected static final String ROOT_TOKEN = "root-token-root-token-root-token";
    protected static final String ANN_TOKEN = "ann-token-ann-token-ann-token-an";
    protected static final String BOB_TOKEN = "bob-token-bob-token-bob-token-bo";
    protected final Instant bobEnds = Instant.now().plus(30, ChronoUnit.MINUTES).truncatedTo(ChronoUnit.SECONDS);

    private static final Origin HERE = new Origin("test", InetAddress.getLoopbackAddress(), false);

    private Login root;
    private Login ann;
    private Login bob;

    /**
     * Starts with three users: {@code root}, an administrator, with {@link #ROOT_TOKEN}; {@code ann} with
     * {@link #ANN_TOKEN}; {@code bob} with {@link #BOB_TOKEN}, which expires at {@link #bobEnds}.
     */
    protected abstract void start() throws Exception;

    /** The implementation. */
    protected abstract UserRegistry registry();

    /** The authenticator of the same users. */
    protected abstract Authenticator authenticator();

    @BeforeEach
    void logIn() throws Exception {
        start();
        root = login(ROOT_TOKEN);
        ann = login(ANN_TOKEN);
        bob = login(BOB_TOKEN);
    }

    private Result<Login> authenticate(String token) {
        return authenticator()
                .authenticate(new Credentials.Token(Optional.empty(), token.getBytes(StandardCharsets.UTF_8)), HERE)
                .toCompletableFuture()
                .join();
    }

    private Login login(String token) {
        return authenticate(token).get();
    }

    private boolean isAccepted(String token) {
        return !authenticate(token).isRefused();
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().orElseThrow().reason();
    }

    private List<Credential> credentials(String user) {
        return registry().accounts().stream()
                .filter(account -> account.user().name().equals(user))
                .map(Account::credentials)
                .findFirst()
                .orElseThrow();
    }

    private IssuedToken issue(Login actor, String user, String label) throws Exception {
        return registry().issueToken(actor, user, label, Optional.empty()).get();
    }

    @Test
    protected void shouldListUsersByName() {
        assertThat(registry().accounts())
                .extracting(account -> account.user().name())
                .containsExactly("ann", "bob", "root");
        assertThat(credentials("bob")).singleElement().satisfies(token -> {
            assertThat(token.kind()).isEqualTo("token");
            assertThat(token.expires()).contains(bobEnds);
            assertThat(registry().credential(bob).orElseThrow().id()).isEqualTo(token.id());
        });
    }

    @Test
    protected void shouldIssueATokenThatAuthenticates() throws Exception {
        IssuedToken issued = issue(ann, "ann", "agent");

        assertThat(login(issued.token()).user().name()).isEqualTo("ann");
        assertThat(issued.toString()).doesNotContain(issued.token());
        assertThat(credentials("ann")).hasSize(2);
        Credential shown = registry().credential(login(issued.token())).orElseThrow();
        assertThat(shown.id()).isEqualTo(issued.credential().id());
        assertThat(shown.label()).isEqualTo("agent");
        assertThat(shown.parent())
                .contains(registry().credential(ann).orElseThrow().id());
    }

    @Test
    protected void shouldLetOnlyAdministratorsManageTheTokensOfOthers() throws Exception {
        IssuedToken issued = issue(root, "ann", "agent");

        assertThat(login(issued.token()).user().name()).isEqualTo("ann");
        assertThat(reason(registry().issueToken(ann, "bob", "", Optional.empty())))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(registry().revokeToken(bob, "ann", "agent"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(registry().revokeAll(bob, "ann"))).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(registry().issueToken(root, "nobody", "", Optional.empty())))
                .isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    protected void shouldIssueNoTokenThatOutlivesTheActorsCredential() throws Exception {
        Optional<Instant> later = Optional.of(bobEnds.plusSeconds(1));

        assertThat(reason(registry().issueToken(bob, "bob", "", later))).isEqualTo(Reason.FORBIDDEN);
        assertThat(issue(bob, "bob", "").credential().expires()).contains(bobEnds);
        assertThat(registry()
                        .issueToken(root, "bob", "", later)
                        .get()
                        .credential()
                        .expires())
                .isEqualTo(later);
    }

    @Test
    protected void shouldRevokeAToken() throws Exception {
        IssuedToken one = issue(ann, "ann", "one");
        IssuedToken two = issue(ann, "ann", "two");
        Login opened = login(one.token());

        assertThat(registry().revokeToken(ann, "ann", "one").get().id())
                .isEqualTo(one.credential().id());
        assertThat(registry().revokeToken(ann, "ann", two.credential().id()).isRefused())
                .isFalse();

        assertThat(authenticator().renew(opened)).isEmpty();
        assertThat(isAccepted(one.token())).isFalse();
        assertThat(isAccepted(two.token())).isFalse();
        assertThat(reason(registry().revokeToken(ann, "ann", "one"))).isEqualTo(Reason.NOT_FOUND);
        assertThat(reason(registry().issueToken(opened, "ann", "", Optional.empty())))
                .isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    protected void shouldRotateAToken() throws Exception {
        IssuedToken old = issue(ann, "ann", "agent");

        IssuedToken fresh = registry()
                .rotateToken(ann, "ann", "agent", Optional.empty(), Duration.ZERO)
                .get();

        assertThat(fresh.credential().label()).isEqualTo("agent");
        assertThat(isAccepted(old.token())).isFalse();
        assertThat(isAccepted(fresh.token())).isTrue();
    }

    @Test
    protected void shouldRevokeATokenWithItsDescendants() throws Exception {
        IssuedToken parent = issue(ann, "ann", "parent");
        IssuedToken child = issue(login(parent.token()), "ann", "child");
        IssuedToken grandchild = issue(login(child.token()), "ann", "grandchild");
        IssuedToken other = issue(ann, "ann", "other");

        assertThat(registry().revokeWithDescendants(ann, "ann", "parent").get())
                .extracting(Credential::label)
                .containsExactly("parent", "child", "grandchild");

        assertThat(isAccepted(grandchild.token())).isFalse();
        assertThat(isAccepted(other.token())).isTrue();
    }

    @Test
    protected void shouldRevokeAllCredentialsOfAUser() throws Exception {
        IssuedToken issued = issue(ann, "ann", "one");
        IssuedToken shortLived =
                registry().issueShortLived(ann, Duration.ofMinutes(1), "").get();

        registry().revokeAll(root, "ann").get();

        assertThat(isAccepted(issued.token())).isFalse();
        assertThat(isAccepted(shortLived.token())).isFalse();
        assertThat(isAccepted(ANN_TOKEN)).isFalse();
        assertThat(credentials("ann")).isEmpty();
    }

    @Test
    protected void shouldIssueAShortLivedToken() throws Exception {
        IssuedToken issued =
                registry().issueShortLived(ann, Duration.ofDays(1), "job").get();

        Login login = login(issued.token());
        assertThat(login.user().name()).isEqualTo("ann");
        assertThat(login.expires().orElseThrow()).isBefore(Instant.now().plus(61, ChronoUnit.MINUTES));
        assertThat(credentials("ann")).extracting(Credential::kind).containsExactly("token", "short-lived");
        assertThat(issued.credential().parent())
                .contains(registry().credential(ann).orElseThrow().id());
        assertThat(registry()
                        .issueShortLived(bob, Duration.ofDays(1), "")
                        .get()
                        .credential()
                        .expires())
                .contains(bobEnds);
        assertThat(reason(registry().issueShortLived(login, Duration.ofMinutes(1), "")))
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(registry().issueToken(login, "ann", "", Optional.empty())))
                .isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    protected void shouldEndAShortLivedTokenWithWhatItComesFrom() throws Exception {
        IssuedToken parent = issue(ann, "ann", "parent");
        LoginSession session = new LoginSession();
        IssuedToken ofToken = registry()
                .issueShortLived(login(parent.token()), Duration.ofMinutes(1), "")
                .get();
        IssuedToken ofSession = registry()
                .issueShortLived(ann.in(Optional.of(session)), Duration.ofMinutes(1), "")
                .get();
        IssuedToken revoked =
                registry().issueShortLived(ann, Duration.ofMinutes(1), "mine").get();
        Login opened = login(ofToken.token());

        registry().revokeToken(ann, "ann", "parent").get();
        session.end();
        registry().revokeToken(ann, "ann", "mine").get();

        assertThat(authenticator().renew(opened)).isEmpty();
        for (IssuedToken issued : List.of(ofToken, ofSession, revoked)) {
            assertThat(isAccepted(issued.token())).isFalse();
        }
        assertThat(isAccepted(ANN_TOKEN)).isTrue();
    }
}
