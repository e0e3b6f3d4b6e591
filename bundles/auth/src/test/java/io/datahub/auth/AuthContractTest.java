package io.datahub.auth;

import io.datahub.api.Sha256;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Grant;
import io.datahub.api.user.Z85;
import io.datahub.test.contract.AuthenticatorContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AuthContractTest extends AuthenticatorContract {

    @TempDir
    private Path home;

    private FolderStore store;
    private Auth auth;
    private String ann = "";

    @Override
    protected Authenticator authenticator() {
        return auth.authenticator();
    }

    @Override
    protected void users(List<Grant> grants, List<Credentials> credentials) throws Exception {
        ann = "<user name='ann'>"
                + credentials.stream().map(AuthContractTest::element).collect(Collectors.joining())
                + grants.stream()
                        .map(grant -> "<allow " + grant.action().word() + "='" + grant.what() + "'/>")
                        .collect(Collectors.joining())
                + "</user>";
        put("");
    }

    @Override
    protected void allowAnonymous() throws Exception {
        put("<user name='anonymous'/>");
    }

    private void put(String more) throws IOException {
        if (store == null) {
            store = new FolderStore(home);
        }
        store.put(Samples.users(ann + more));
        if (auth == null) {
            UsersRecordListener changes = new UsersRecordListener();
            store.listener(changes);
            auth = new Auth(Settings.DEFAULT, store, store, changes, Optional.empty(), Clock.systemUTC(), name -> null);
        }
    }

    private static String element(Credentials credentials) {
        if (credentials instanceof Credentials.Token token) {
            return "<token sha256='" + Sha256.hex(token.token()) + "'/>";
        }
        if (credentials instanceof Credentials.CurveKey key) {
            String text = Z85.encode(key.key()).replace("&", "&amp;").replace("<", "&lt;");
            return "<curve-key>" + text + "</curve-key>";
        }
        return credentials instanceof Credentials.SshKey key
                ? "<ssh-key label='laptop'>" + key.key() + " ann@laptop</ssh-key>"
                : "<certificate sha256='" + ((Credentials.Certificate) credentials).sha256() + "'/>";
    }

    @AfterEach
    void stop() throws Exception {
        auth.deactivate();
    }
}
