package io.datahub.console.hooks;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.Result;
import io.datahub.api.hook.Webhooks;
import io.datahub.console.DatahubCommand;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;

/** A command for the dead letters of a webhook, one or all of them. */
abstract class DeadLetterCommand extends DatahubCommand {

    @Argument(name = "name", description = "The name of the webhook", required = true)
    String name;

    @Argument(index = 1, name = "id", description = "The ID of a dead letter; default: all of them")
    String id;

    private final String field;
    private final String text;

    /**
     * @param field the name of the count in JSON
     * @param text what was done with them
     */
    DeadLetterCommand(String field, String text) {
        this.field = field;
        this.text = text;
    }

    /** Applies the command to one dead letter, or all, and returns how many there were. */
    abstract Result<Integer> apply(Webhooks webhooks, String webhook, Optional<String> letter);

    @Override
    public final Object execute() {
        int count = require(apply(service(Webhooks.class), name, Optional.ofNullable(id)));
        System.out.println(json ? "{\"" + field + "\":" + count + "}" : count + " " + text);
        return null;
    }
}
