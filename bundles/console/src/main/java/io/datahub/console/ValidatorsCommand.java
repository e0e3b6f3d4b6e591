package io.datahub.console;

import io.datahub.api.validation.ValidatorDirectory;
import io.datahub.api.validation.ValidatorStatus;
import io.datahub.console.shell.Table;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:validators}. */
@Command(
        scope = "datahub",
        name = "validators",
        description = "Shows the validators and what they validate, including those that are configured or required but"
                + " unavailable, with the reason")
@Service
public final class ValidatorsCommand extends DatahubCommand {

    @Override
    public Object execute() {
        Table table = new Table("name", "version", "state", "paths", "topics", "bundle", "reason");
        for (ValidatorStatus one : service(ValidatorDirectory.class).validators()) {
            table.row(
                    one.id().name(),
                    one.id().version(),
                    one.state().toString(),
                    one.paths(),
                    one.topics(),
                    one.bundle(),
                    one.reason());
        }
        print(table);
        return null;
    }
}
