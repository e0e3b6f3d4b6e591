package io.datahub.console;

import io.datahub.api.user.UserRegistry;
import io.datahub.console.shell.HubServices;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Completes the names of the current users. */
@Service
public final class UserNames extends NameCompleter {

    @Override
    Stream<String> names(String typed) {
        return HubServices.find(context, UserRegistry.class).stream()
                .flatMap(registry -> registry.accounts().stream())
                .map(account -> account.user().name());
    }
}
