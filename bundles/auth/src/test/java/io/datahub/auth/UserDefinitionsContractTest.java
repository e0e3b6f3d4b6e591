package io.datahub.auth;

import io.datahub.api.user.Authenticator;
import io.datahub.api.user.UserDefinitions;
import io.datahub.auth.administration.FileDefinitions;
import io.datahub.test.contract.UserDefinitionsContract;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UserDefinitionsContractTest extends UserDefinitionsContract {

    @TempDir
    private Path home;

    private Auth auth;
    private FileDefinitions definitions;

    @Override
    protected void start() throws Exception {
        FolderStore store = new FolderStore(home);
        store.put(Samples.users("<user name='ann'>\n  <token sha256='" + Samples.sha256(ANN_TOKEN) + "'/>\n</user>"));
        UsersRecordListener changes = new UsersRecordListener();
        store.listener(changes);
        auth = new Auth(Settings.DEFAULT, store, store, changes, Optional.empty(), Clock.systemUTC(), name -> null);
        definitions = new FileDefinitions(store, auth.authenticator());
    }

    @Override
    protected UserDefinitions definitions() {
        return definitions;
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
