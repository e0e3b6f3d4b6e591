package io.datahub.auth;

import io.datahub.api.user.Authenticator;
import io.datahub.api.user.SshKeyRegistry;
import io.datahub.auth.administration.SshKeys;
import io.datahub.test.contract.SshKeyRegistryContract;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SshKeysContractTest extends SshKeyRegistryContract {

    @TempDir
    private Path home;

    private Auth auth;
    private SshKeys keys;

    @Override
    protected void start() throws Exception {
        FolderStore store = new FolderStore(home);
        store.put(Samples.users("<user name='ann'>\n  <token sha256='" + Samples.sha256(ANN_TOKEN) + "'/>\n</user>"));
        UsersRecordListener changes = new UsersRecordListener();
        store.listener(changes);
        auth = new Auth(Settings.DEFAULT, store, store, changes, Optional.empty(), Clock.systemUTC(), name -> null);
        keys = new SshKeys(store, auth.authenticator());
    }

    @Override
    protected SshKeyRegistry registry() {
        return keys;
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
