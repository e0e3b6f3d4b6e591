package io.datahub.ssh.login;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.ssh.session.SshServices;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.auth.AsyncAuthException;
import org.apache.sshd.server.session.ServerSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Authenticates credentials that clients present. No thread waits for the result: successes are answered at once,
 * failures after the delay that the authenticator demands. Thread-safe.
 */
public final class Logins {

    private static final Logger LOG = LoggerFactory.getLogger(Logins.class);

    /** The attempt of a connection that was made last. */
    private static final AttributeKey<AsyncAuthException> LATEST = new AttributeKey<>();

    private final SshServices services;
    private final Function<ServerSession, Origin> origins;
    private final BiConsumer<ServerSession, Login> onLogin;

    /**
     * Creates the only one of an endpoint.
     *
     * @param services the hub's services
     * @param origins where a client connects from
     * @param onLogin called when a client has logged in, before it learns of it
     */
    public Logins(
            SshServices services, Function<ServerSession, Origin> origins, BiConsumer<ServerSession, Login> onLogin) {
        this.services = services;
        this.origins = origins;
        this.onLogin = onLogin;
    }

    /**
     * Authenticates credentials.
     *
     * @return never: the result is passed on by the exception
     * @throws AsyncAuthException always
     */
    boolean authenticate(ServerSession session, Credentials credentials) {
        AsyncAuthException pending = new AsyncAuthException();
        Origin origin = origins.apply(session);
        supersede(session, pending);
        services.authenticator()
                .authenticate(
                        credentials,
                        origin,
                        services.logins(),
                        result -> finish(session, credentials, origin, result, pending));
        throw pending;
    }

    /**
     * Refuses credentials whose possession wasn't proved, and counts the failure.
     *
     * @return never: the result is passed on by the exception
     * @throws AsyncAuthException always
     */
    boolean refuse(ServerSession session, Credentials credentials) {
        AsyncAuthException pending = new AsyncAuthException();
        Origin origin = origins.apply(session);
        supersede(session, pending);
        services.authenticator().unproved(credentials, origin);
        fail(session, credentials, origin, pending);
        throw pending;
    }

    /**
     * Forgets the answer to the attempt before, which may still be delayed: a client that doesn't wait for it isn't told,
     * above all not after it has logged in.
     */
    private static void supersede(ServerSession session, AsyncAuthException pending) {
        session.setAttribute(LATEST, pending);
    }

    /** Whether a key would be accepted if the client signed with it. */
    boolean isKnown(ServerSession session, Credentials credentials) {
        return services.authenticator().isKnown(credentials, origins.apply(session));
    }

    private void finish(
            ServerSession session,
            Credentials credentials,
            Origin origin,
            Result<Login> result,
            AsyncAuthException pending) {
        if (result instanceof Result.Done<Login> done) {
            onLogin.accept(session, done.value());
            pending.setAuthed(true);
        } else {
            result.refusal()
                    .filter(refusal -> refusal.reason() != Reason.UNAUTHENTICATED)
                    .ifPresent(refusal -> tell(session, refusal));
            fail(session, credentials, origin, pending);
        }
    }

    private void fail(ServerSession session, Credentials credentials, Origin origin, AsyncAuthException pending) {
        long nanos = services.authenticator().failureDelay(credentials, origin).toNanos();
        CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, services.logins())
                .execute(() -> {
                    if (session.getAttribute(LATEST) == pending && session.isOpen()) {
                        pending.setAuthed(false);
                    }
                });
    }

    /** Tells why valid credentials don't count here; of others nothing is said. */
    private static void tell(ServerSession session, Refusal refusal) {
        Buffer banner = session.createBuffer(SshConstants.SSH_MSG_USERAUTH_BANNER);
        banner.putString("datahub: " + refusal.detail() + "\r\n");
        banner.putString("en");
        try {
            session.writePacket(banner);
        } catch (IOException e) {
            LOG.debug("event=ssh.banner.lost client={} reason={}", session, LogText.quoted(e.getMessage()), e);
        }
    }
}
