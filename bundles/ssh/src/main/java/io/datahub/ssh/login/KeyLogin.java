package io.datahub.ssh.login;

import io.datahub.api.log.LogText;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.SshPublicKey;
import java.security.PublicKey;
import java.util.Optional;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.server.auth.AbstractUserAuthFactory;
import org.apache.sshd.server.auth.UserAuth;
import org.apache.sshd.server.auth.pubkey.PublickeyAuthenticator;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKey;
import org.apache.sshd.server.session.ServerSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs clients in by a public key that is listed for the user. A key that is only offered costs nothing, since clients
 * offer all that they have; it is authenticated once the client has signed with it. Thread-safe.
 */
public final class KeyLogin extends AbstractUserAuthFactory implements PublickeyAuthenticator {

    private static final Logger LOG = LoggerFactory.getLogger(KeyLogin.class);

    private final Logins logins;

    /** @param logins authenticates the keys */
    public KeyLogin(Logins logins) {
        super(PUBLIC_KEY);
        this.logins = logins;
    }

    @Override
    public boolean authenticate(String user, PublicKey key, ServerSession session) {
        Buffer blob = new ByteArrayBuffer();
        blob.putRawPublicKey(key);
        return credentials(user, blob.getCompactData())
                .filter(one -> logins.isKnown(session, one))
                .isPresent();
    }

    @Override
    public UserAuth createUserAuth(ServerSession session) {
        return new Attempt();
    }

    /** Empty if the hub doesn't accept keys of that type, which includes certificates. */
    private static Optional<Credentials> credentials(String user, byte[] blob) {
        try {
            return Optional.of(new Credentials.SshKey(Optional.of(user), SshPublicKey.of(blob)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** One request of a client; {@link UserAuthPublicKey} verifies the signature. */
    private final class Attempt extends UserAuthPublicKey {

        @Override
        public Boolean doAuth(Buffer buffer, boolean init) throws Exception {
            Buffer copy = new ByteArrayBuffer(buffer.array(), buffer.rpos(), buffer.available());
            boolean isSigned = copy.getBoolean();
            copy.getString();
            Optional<Credentials> presented = credentials(getUsername(), copy.getBytes());
            if (presented.isEmpty()) {
                return false;
            }
            if (!isSigned) {
                return offered(buffer, init);
            }
            return isVerified(buffer, init)
                    ? logins.authenticate(getServerSession(), presented.get())
                    : logins.refuse(getServerSession(), presented.get());
        }

        /** Null if the client has been told to sign with the key. */
        private Boolean offered(Buffer buffer, boolean init) {
            try {
                return super.doAuth(buffer, init);
            } catch (Exception e) {
                LOG.debug("event=ssh.login.bad-offer reason={}", LogText.quoted(e));
                return false;
            }
        }

        /** False also if the signature can't be read or checked: that is a failure like any other. */
        private boolean isVerified(Buffer buffer, boolean init) {
            try {
                return Boolean.TRUE.equals(super.doAuth(buffer, init));
            } catch (Exception e) {
                LOG.debug("event=ssh.login.bad-signature reason={}", LogText.quoted(e));
                return false;
            }
        }
    }
}
