package io.datahub.console;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.user.SshKeyRegistry;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.console.shell.CommandException;
import io.datahub.console.shell.Table;
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
        description = "Revokes a token or an SSH key; connections that use it are closed within a second")
@Service
public final class TokenRevokeCommand extends DatahubCommand {

    /** No label and no hash begins like that. */
    private static final String FINGERPRINT = "SHA256:";

    @Argument(name = "user", description = "The user whose token it is", required = true)
    String user;

    @Argument(
            index = 1,
            name = "token",
            description =
                    "The token's label, or the beginning of its hash, or the fingerprint of an SSH key (SHA256:…), as shown by"
                            + " datahub:users")
    String token;

    @Option(
            name = "--descendants",
            description = "Also revokes the tokens that were created with it, directly or indirectly")
    boolean descendants;

    @Option(name = "--all", description = "Revokes all credentials of the user: tokens, keys and certificates")
    boolean all;

    @Override
    public Object execute() throws IOException {
        if (all == (token != null)) {
            throw new CommandException("give a token of the user, or --all");
        }
        UserRegistry registry = service(UserRegistry.class);
        List<Credential> revoked;
        if (all) {
            revoked = require(registry.revokeAll(CONSOLE, user));
        } else if (token.startsWith(FINGERPRINT)) {
            revoked = List.of(require(service(SshKeyRegistry.class).remove(CONSOLE, user, token)));
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
