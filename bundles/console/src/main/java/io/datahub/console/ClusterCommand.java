package io.datahub.console;

import io.datahub.api.cluster.ClusterStatus;
import io.datahub.api.cluster.ClusterStatus.Member;
import io.datahub.api.cluster.ClusterView;
import io.datahub.console.shell.CommandException;
import io.datahub.console.shell.HubServices;
import io.datahub.console.shell.Table;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:cluster}. */
@Command(
        scope = "datahub",
        name = "cluster",
        description = "Shows the hubs of the cluster, and the ledger, the blobs and the relay")
@Service
public final class ClusterCommand extends DatahubCommand {

    @Override
    public Object execute() {
        ClusterView view = HubServices.find(context, ClusterView.class)
                .orElseThrow(() -> new CommandException(
                        "this hub is in no cluster; docs/how-to/cluster.md says how to" + " set one up"));
        ClusterStatus status = view.status();
        Table table = new Table("component", "name", "ready", "detail");
        for (Member member : status.hubs()) {
            boolean isThis = member.name().equals(view.hub());
            table.row(
                    "hub",
                    member.name(),
                    member.isAlive() && !(isThis && status.outage().isPresent()),
                    detail(member));
        }
        status.engines().forEach((name, health) -> table.row("engine", name, health.ready(), health.detail()));
        print(table);
        status.outage().ifPresent(reason -> {
            throw new CommandException("this hub, " + view.hub() + ", serves nothing: " + reason);
        });
        return null;
    }

    private static String detail(Member member) {
        return "sequence=" + member.sequence() + " seenMillisAgo="
                + member.silence().toMillis() + " address=" + member.address();
    }
}
