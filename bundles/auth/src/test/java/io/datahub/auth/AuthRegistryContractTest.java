package io.datahub.auth;

import io.datahub.api.user.Authenticator;
import io.datahub.api.user.UserRegistry;
import io.datahub.test.contract.UserRegistryContract;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AuthRegistryContractTest extends UserRegistryContract {

    @TempDir
    private Path home;

    private Auth auth;

    @Override
    protected void start() throws Exception {
        FolderStore store = new FolderStore(home);
        store.put(Samples.users("<user name='ann'><token sha256='" + Samples.sha256(ANN_TOKEN) + "'/></user>"
                + "<user name='bob'><token sha256='" + Samples.sha256(BOB_TOKEN) + "' expires='" + bobEnds
                + "'/></user>"));
        UsersRecordListener changes = new UsersRecordListener();
        store.listener(changes);
        auth = new Auth(Settings.DEFAULT, store, store, changes, Optional.empty(), Clock.systemUTC(), name -> null);
    }

    @Override
    protected UserRegistry registry() {
        return auth.registry();
    }

    @Override
    protected Authenticator authenticator() {
        return auth.authenticator();
    }

    @AfterEach
    void stop() throws Exception {
        auth.deactivate();
    }
}
