package io.datahub.console;

import io.datahub.api.event.EventBroker;
import io.datahub.api.event.SessionInfo;
import io.datahub.console.shell.Table;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:clients}. */
@Command(
        scope = "datahub",
        name = "clients",
        description = "Shows the clients that are connected for events or over SSH")
@Service
public final class ClientsCommand extends DatahubCommand {

    @Override
    public Object execute() {
        List<SessionInfo> sessions = service(EventBroker.class).sessions();
        boolean isCluster = sessions.stream().anyMatch(info -> !info.id().hub().isEmpty());
        Table table = new Table(
                "id",
                "user",
                "transport",
                "address",
                "since",
                "subscriptions",
                "in",
                "out",
                "lost",
                "refused",
                "queued");
        for (SessionInfo info : sessions) {
            table.row(
                    isCluster ? info.id().toString() : (Object) info.id().number(),
                    info.login().user(),
                    info.login().origin().transport(),
                    info.login().origin().address().getHostAddress(),
                    info.since(),
                    info.subscriptions(),
                    info.in(),
                    info.out(),
                    info.lost(),
                    info.refused(),
                    info.queuedBytes());
        }
        print(table);
        return null;
    }
}
