package io.datahub.console;

import io.datahub.api.user.UserRegistry;
import io.datahub.api.user.UserRegistry.Credential;
import java.io.IOException;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:token-revoke}. */
@Command(
        scope = "datahub",
        name = "token-revoke",
        description = "Takes a token away; connections that came in with it end within a second")
@Service
public final class TokenRevokeCommand extends DatahubCommand {

    @Argument(name = "user", description = "Whose token it is", required = true)
    String user;

    @Argument(
            index = 1,
            name = "token",
            description = "Its label, or the beginning of its hash, which datahub:users shows",
            required = true)
    String token;

    @Override
    public Object execute() throws IOException {
        Credential revoked = done(service(UserRegistry.class).revokeToken(CONSOLE, user, token));
        if (json) {
            print(new Table("user", "id", "label").row(user, revoked.id(), revoked.label()));
        } else {
            System.out.println("revoked " + revoked.id()
                    + (revoked.label().isEmpty() ? "" : " (" + revoked.label() + ")") + " of " + user);
        }
        return null;
    }
}
