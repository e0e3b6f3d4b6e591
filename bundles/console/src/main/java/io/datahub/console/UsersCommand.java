package io.datahub.console;

import io.datahub.api.user.UserRegistry;
import io.datahub.console.shell.Table;
import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:users}. */
@Command(scope = "datahub", name = "users", description = "Shows the users, their grants and credentials")
@Service
public final class UsersCommand extends DatahubCommand {

    @Override
    public Object execute() {
        Table table = new Table("user", "enabled", "roles", "grants", "credentials");
        for (UserRegistry.Account account : service(UserRegistry.class).accounts()) {
            table.row(
                    account.user().name(),
                    !account.disabled(),
                    account.user().roles().stream().sorted().toList(),
                    account.user().grants().stream()
                            .map(grant -> grant.action().word() + "=" + grant.what())
                            .toList(),
                    credentials(account));
        }
        print(table);
        return null;
    }

    private static List<String> credentials(UserRegistry.Account account) {
        Stream<String> credentials = account.credentials().stream()
                .map(credential -> credential.kind() + " " + credential.id()
                        + (credential.label().isEmpty() ? "" : " " + credential.label())
                        + credential.expires().map(expiry -> " until " + expiry).orElse("")
                        + credential.lastUsed().map(time -> " used " + time).orElse(""));
        Stream<String> rules =
                account.trustRules().stream().map(rule -> "trust " + rule.issuer() + " " + rule.claims());
        return Stream.concat(credentials, rules).toList();
    }
}
