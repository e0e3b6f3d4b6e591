package io.datahub.console.hooks;

import io.datahub.api.hook.Hooks;
import io.datahub.api.hook.Hooks.HookStatus;
import io.datahub.console.DatahubCommand;
import io.datahub.console.shell.Table;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:hooks}. */
@Command(
        scope = "datahub",
        name = "hooks",
        description =
                "Shows the hooks to which other systems send, and how many deliveries each has accepted and refused")
@Service
public final class HooksCommand extends DatahubCommand {

    @Override
    public Object execute() {
        Table table = new Table(
                "name", "kind", "user", "topic", "translator", "accepted", "repeated", "unknown", "refused", "problem");
        for (HookStatus hook : service(Hooks.class).hooks()) {
            table.row(
                    hook.name(),
                    hook.kind(),
                    hook.user(),
                    hook.topic(),
                    hook.translator(),
                    hook.accepted(),
                    hook.repeated(),
                    hook.unknown(),
                    hook.refused(),
                    hook.problem());
        }
        print(table);
        return null;
    }
}
