package io.datahub.console;

import io.datahub.api.event.EventBroker;
import io.datahub.console.shell.HubServices;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Completes the IDs of the clients' sessions. */
@Service
public final class SessionNumbers extends NameCompleter {

    @Override
    Stream<String> names(String typed) {
        return HubServices.find(context, EventBroker.class).stream()
                .flatMap(broker -> broker.sessions().stream())
                .map(session -> session.id().toString());
    }
}
