package io.datahub.console.access;

import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.FailedLoginException;
import javax.security.auth.login.LoginException;
import javax.security.auth.spi.LoginModule;
import org.apache.karaf.jaas.boot.principal.ClientPrincipal;

/**
 * Authenticates SSH clients by a user name and, as the password, a token. One instance per login, as JAAS requires.
 */
public final class TokenLoginModule implements LoginModule {

    /** The option that holds the {@link Authenticator}. */
    static final String AUTHENTICATOR = "authenticator";

    private Subject subject;
    private CallbackHandler callbacks;
    private Administrators administrators;
    private Optional<Login> login = Optional.empty();

    @Override
    public void initialize(
            Subject subject, CallbackHandler callbacks, Map<String, ?> sharedState, Map<String, ?> options) {
        this.subject = subject;
        this.callbacks = callbacks;
        this.administrators = new Administrators((Authenticator) options.get(AUTHENTICATOR));
    }

    @Override
    public boolean login() throws LoginException {
        NameCallback name = new NameCallback("Username: ");
        PasswordCallback password = new PasswordCallback("Password: ", false);
        try {
            callbacks.handle(new Callback[] {name, password});
            login = Optional.of(
                    administrators.authenticate(name.getName(), String.valueOf(password.getPassword()), origin()));
            return true;
        } catch (UnsupportedCallbackException e) {
            // The client presents a key and no password: that is handled by another module.
            return false;
        } catch (IOException e) {
            throw failed(e);
        } finally {
            password.clearPassword();
        }
    }

    /** Karaf gives the address as {@code ssh(/127.0.0.1:54321)}. */
    private Origin origin() throws IOException {
        for (ClientPrincipal principal : subject.getPrincipals(ClientPrincipal.class)) {
            String name = principal.getName();
            int start = name.indexOf('/') + 1;
            int end = name.lastIndexOf(':');
            if (start > 0 && end > start) {
                return new Origin("ssh", InetAddress.getByName(name.substring(start, end)), true);
            }
        }
        throw new IOException("no address");
    }

    /**
     * Adds the principals that Karaf expects, and the login, by which the session is closed when the user is no longer
     * an administrator.
     */
    @Override
    public boolean commit() {
        login.ifPresent(administrator -> {
            subject.getPrincipals().addAll(Administrators.principals(administrator));
            subject.getPublicCredentials().add(administrator);
        });
        return login.isPresent();
    }

    @Override
    public boolean abort() {
        return logout();
    }

    @Override
    public boolean logout() {
        login.ifPresent(administrator -> {
            subject.getPrincipals().removeAll(Administrators.principals(administrator));
            subject.getPublicCredentials().remove(administrator);
        });
        login = Optional.empty();
        return true;
    }

    private static LoginException failed(Exception cause) {
        LoginException failed = new FailedLoginException("login failed");
        failed.initCause(cause);
        return failed;
    }
}
