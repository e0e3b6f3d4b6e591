package io.datahub.console;

import io.datahub.api.Result;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorDirectory;
import io.datahub.api.validation.ValidatorProperties;
import io.datahub.api.validation.ValidatorStatus;
import io.datahub.console.shell.Table;
import java.time.Duration;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.osgi.framework.ServiceReference;

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
        Table table = new Table("name", "version", "state", "paths", "topics", "timeoutMillis", "bundle", "reason");
        for (ValidatorStatus one : service(ValidatorDirectory.class).validators()) {
            table.row(
                    one.id().name(),
                    one.id().version(),
                    one.state().toString(),
                    one.paths(),
                    one.topics(),
                    timeoutMillis(one),
                    one.bundle(),
                    one.reason());
        }
        print(table);
        return null;
    }

    /** The limit for files, or for events if it validates only these; empty if it isn't registered. */
    private static Object timeoutMillis(ValidatorStatus validator) {
        if (validator.service().isEmpty()) {
            return "";
        }
        ServiceReference<Validator> service = validator.service().get();
        Result<Duration> limit = validator.paths().isEmpty()
                ? ValidatorProperties.eventTimeLimit(service)
                : Result.done(ValidatorProperties.timeLimit(service));
        return limit.isRefused()
                ? EventValidator.DEFAULT_TIMEOUT_MILLIS
                : limit.get().toMillis();
    }
}
