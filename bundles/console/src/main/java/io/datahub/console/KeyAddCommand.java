package io.datahub.console;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.user.SshKeyRegistry;
import io.datahub.api.user.SshPublicKey;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.console.shell.CommandException;
import io.datahub.console.shell.Table;
import java.io.IOException;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:key-add}. */
@Command(scope = "datahub", name = "key-add", description = "Adds an SSH key to a user, for SFTP, SCP and rsync")
@Service
public final class KeyAddCommand extends DatahubCommand {

    @Argument(name = "user", description = "The user who logs in with the key", required = true)
    @Completion(UserNames.class)
    String user;

    @Argument(
            index = 1,
            name = "key",
            description = "The public key: the line in a file such as id_ed25519.pub",
            required = true,
            multiValued = true)
    List<String> key;

    @Option(name = "--label", description = "A label; default: the comment at the end of the line")
    String label;

    @Override
    public Object execute() throws IOException {
        String[] words = String.join(" ", key).strip().split("\\s+", 3);
        SshPublicKey parsed;
        try {
            parsed = SshPublicKey.parse(String.join(" ", words));
        } catch (IllegalArgumentException e) {
            throw new CommandException(e.getMessage());
        }
        String comment = words.length == 3 ? words[2] : "";
        Credential added =
                require(service(SshKeyRegistry.class).add(CONSOLE, user, parsed, label == null ? comment : label));
        if (json) {
            print(new Table("user", "id", "label").row(user, added.id(), added.label()));
        } else {
            System.out.println("added " + added.id() + (added.label().isEmpty() ? "" : " (" + added.label() + ")")
                    + " to " + user);
        }
        return null;
    }
}
