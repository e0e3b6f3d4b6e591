package io.datahub.console;

import io.datahub.api.user.UserRegistry;
import io.datahub.api.user.UserRegistry.Credential;
import java.io.IOException;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
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
            description = "Its label, or the beginning of its hash, which datahub:users shows")
    String token;

    @Option(
            name = "--descendants",
            description = "Also the tokens that were made with it, and with those, whoever has them")
    boolean descendants;

    @Option(name = "--all", description = "Everything that the user can log in with: tokens, keys and certificates")
    boolean all;

    @Override
    public Object execute() throws IOException {
        if (all == (token != null)) {
            throw new CommandException("name one token of the user, or give --all");
        }
        UserRegistry registry = service(UserRegistry.class);
        List<Credential> revoked;
        if (all) {
            revoked = require(registry.revokeAll(CONSOLE, user));
        } else if (descendants) {
            revoked = require(registry.revokeWithDescendants(CONSOLE, user, token));
        } else {
            revoked = List.of(require(registry.revokeToken(CONSOLE, user, token)));
        }
        if (json) {
            Table table = new Table("user", "id", "label");
            revoked.forEach(credential -> table.row(user, credential.id(), credential.label()));
            print(table);
        } else {
            revoked.forEach(credential -> System.out.println(
                    "revoked " + credential.id() + (credential.label().isEmpty() ? "" : " (" + credential.label() + ")")
                            + (descendants ? "" : " of " + user)));
        }
        return null;
    }
}
