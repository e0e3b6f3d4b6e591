package io.datahub.test.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Action;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Grant;
import io.datahub.api.user.Login;
import io.datahub.api.user.LoginSession;
import io.datahub.api.user.Origin;
import io.datahub.api.user.SshPublicKey;
import io.datahub.api.user.User;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each {@link Authenticator} does. */
public abstract class AuthenticatorContract {

    protected static final Credentials TOKEN = token("ann-token-ann-token-ann-token-an");
    protected static final Credentials ROOT_TOKEN = token("root-token-root-token-root-token");
    protected static final Credentials CURVE_KEY = new Credentials.CurveKey(new byte[] {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
        31, 32
    });
    protected static final Credentials CERTIFICATE = new Credentials.Certificate("ab".repeat(32));
    protected static final SshPublicKey SSH_KEY =
            SshPublicKey.parse("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIp2EhLkZ3iPpT81j7zDExxsOH5k3SR96uIorJrqiK57");

    private static final Origin HERE = new Origin("test", InetAddress.getLoopbackAddress(), false);
    private static final Grant GRANT = new Grant(Action.PUBLISH, "build.", "user ann");

    /** The implementation. */
    protected abstract Authenticator authenticator();

    /**
     * Makes these the users, and nobody else: {@code root}, an administrator with {@link #ROOT_TOKEN}; and
     * {@code ann}.
     *
     * @param grants the grants of ann
     * @param credentials the credentials of ann, of the kinds in this class
     */
    protected abstract void users(List<Grant> grants, List<Credentials> credentials) throws Exception;

    /** Adds the user {@code anonymous} without grants. */
    protected abstract void allowAnonymous() throws Exception;

    protected static Credentials token(String token) {
        return new Credentials.Token(Optional.empty(), token.getBytes(StandardCharsets.UTF_8));
    }

    static List<Credentials> all() {
        return List.of(TOKEN, CURVE_KEY, CERTIFICATE, new Credentials.SshKey(Optional.of("ann"), SSH_KEY));
    }

    private static Origin there(boolean confidential) {
        return new Origin("test", address(), confidential, false);
    }

    private static InetAddress address() {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private Result<Login> authenticate(Credentials credentials, Origin origin) {
        CompletableFuture<Result<Login>> result =
                authenticator().authenticate(credentials, origin).toCompletableFuture();
        assertTrue(result.isDone(), "credentials of the hub's own kinds are verified at once");
        return result.join();
    }

    private Reason refused(Credentials credentials, Origin origin) {
        return authenticate(credentials, origin).refusal().orElseThrow().reason();
    }

    @ParameterizedTest
    @MethodSource("all")
    protected void shouldAuthenticateByEachKind(Credentials credentials) throws Exception {
        users(List.of(GRANT), all());

        Login login = authenticate(credentials, HERE).get();

        assertEquals("ann", login.user().name());
        assertTrue(login.user().mayPublish("build.done".getBytes(StandardCharsets.UTF_8)));
        assertEquals(HERE, login.origin());
        assertEquals(Optional.empty(), login.session());
    }

    @ParameterizedTest
    @MethodSource("all")
    protected void shouldRefuseWhatNobodyHas(Credentials credentials) throws Exception {
        users(List.of(GRANT), List.of());

        assertEquals(Reason.UNAUTHENTICATED, refused(credentials, HERE));
    }

    @Test
    protected void shouldRefuseTheCredentialsOfAnotherUser() throws Exception {
        users(List.of(GRANT), all());

        assertEquals(Reason.UNAUTHENTICATED, refused(new Credentials.SshKey(Optional.of("root"), SSH_KEY), HERE));
        assertEquals(
                Reason.UNAUTHENTICATED,
                refused(new Credentials.Token(Optional.of("root"), ((Credentials.Token) TOKEN).token()), HERE));
    }

    @Test
    protected void shouldRefuseTokensOfEveryLength() throws Exception {
        users(List.of(), all());

        for (int length : new int[] {0, 1, 255, 256, Credentials.ExternalToken.MAX_BYTES, 100_000}) {
            assertEquals(Reason.UNAUTHENTICATED, refused(token("x".repeat(length)), HERE));
        }
    }

    @Test
    protected void shouldRenewALoginWithItsOriginAndSession() throws Exception {
        users(List.of(GRANT), all());
        LoginSession session = new LoginSession();
        Login login = authenticate(TOKEN, HERE).get().in(Optional.of(session));

        users(List.of(), all());
        Login renewed = authenticator().renew(login).orElseThrow();

        assertFalse(renewed.user().mayPublish("build.done".getBytes(StandardCharsets.UTF_8)));
        assertEquals(HERE, renewed.origin());
        assertEquals(Optional.of(session), renewed.session());
    }

    @ParameterizedTest
    @MethodSource("all")
    protected void shouldNotRenewALoginWhoseCredentialIsGone(Credentials credentials) throws Exception {
        users(List.of(GRANT), all());
        Login login = authenticate(credentials, HERE).get();

        users(List.of(GRANT), List.of());

        assertEquals(Optional.empty(), authenticator().renew(login));
    }

    @Test
    protected void shouldAcceptAdministratorsOffThisMachineWithEncryptionOnly() throws Exception {
        users(List.of(), List.of());

        assertEquals(Reason.FORBIDDEN, refused(ROOT_TOKEN, there(false)));
        assertFalse(authenticate(ROOT_TOKEN, there(true)).isRefused());
        Login local = authenticate(ROOT_TOKEN, HERE).get();
        assertTrue(authenticator().renew(local).isPresent());
        assertEquals(Optional.empty(), authenticator().renew(local.from(there(false))));
    }

    @Test
    protected void shouldAcceptClientsWithoutCredentialsIfThereIsAnonymous() throws Exception {
        users(List.of(), List.of());
        assertEquals(Reason.UNAUTHENTICATED, refused(new Credentials.None(), HERE));

        allowAnonymous();
        Login login = authenticate(new Credentials.None(), HERE).get();

        assertEquals(User.ANONYMOUS, login.user().name());
        assertEquals(Set.of(), login.user().roles());
        assertTrue(authenticator().renew(login).isPresent());
        users(List.of(), List.of());
        assertEquals(Optional.empty(), authenticator().renew(login));
    }

    @Test
    protected void shouldSayWhichPublicKeysAreKnown() throws Exception {
        users(List.of(), all());

        assertTrue(authenticator().isKnown(new Credentials.SshKey(Optional.of("ann"), SSH_KEY), HERE));
        assertFalse(authenticator().isKnown(new Credentials.SshKey(Optional.of("root"), SSH_KEY), HERE));
        assertFalse(authenticator().isKnown(TOKEN, HERE));
        users(List.of(), List.of());
        assertFalse(authenticator().isKnown(new Credentials.SshKey(Optional.of("ann"), SSH_KEY), HERE));
        assertTrue(authenticator().failureDelay(HERE).isZero());
    }

    @Test
    protected void shouldContinueOnTheCallersThreadIfTheResultIsAtHand() throws Exception {
        users(List.of(), all());
        CompletableFuture<Thread> thread = new CompletableFuture<>();

        authenticator()
                .authenticate(
                        TOKEN,
                        HERE,
                        task -> {
                            throw new IllegalStateException("no other thread is needed");
                        },
                        result -> thread.complete(Thread.currentThread()));

        assertEquals(Thread.currentThread(), thread.join());
    }
}
