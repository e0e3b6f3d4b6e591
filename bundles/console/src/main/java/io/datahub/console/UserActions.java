package io.datahub.console;

import io.datahub.api.user.Action;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Completes the actions that can be granted. */
@Service
public final class UserActions extends NameCompleter {

    @Override
    Stream<String> names(String typed) {
        return Arrays.stream(Action.values()).map(Action::word);
    }
}
