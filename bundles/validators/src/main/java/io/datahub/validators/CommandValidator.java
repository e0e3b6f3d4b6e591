package io.datahub.validators;

import io.datahub.api.Home;
import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.Verdict;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/**
 * The rule: "a record is what a program of the operator takes it for": it accepts by the exit status 0, and refuses by 1
 * or what else is configured, each line of its output being a violation; anything else is a failure. One instance a configuration.
 */
@Component(
        name = "io.datahub.validator.command",
        service = Validator.class,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = CommandConfiguration.class, factory = true)
public final class CommandValidator implements Validator {

    static final List<String> PLACES = List.of("file", "path", "user", "size", "sha256");

    private final long maxBytes;
    private final CommandLine command;
    private final CommandRuns runs;
    private final Semaphore slots;

    @Activate
    public CommandValidator(CommandConfiguration configuration, @Reference Home home, Map<String, Object> properties)
            throws IOException {
        maxBytes = ValidatorLimits.checked(configuration.maxBytes(), configuration.paths());
        command = CommandLine.of(configuration.command(), PLACES);
        if (configuration.atOnce() < 1) {
            throw new IllegalArgumentException("atOnce is " + configuration.atOnce() + "; it must be 1 or more");
        }
        slots = new Semaphore(configuration.atOnce(), true);
        runs = new CommandRuns(
                home.state().resolve("commands").resolve(folder(properties)),
                CommandRuns.environment(configuration.environment()),
                CommandRuns.statuses(configuration.refusals()),
                configuration.timeoutMillis(),
                configuration.maxOutputBytes());
    }

    private static String folder(Map<String, Object> properties) {
        return String.valueOf(properties.get("service.pid")).replaceAll("[^A-Za-z0-9._-]", "_");
    }

    @Override
    public Verdict judge(Candidate candidate) throws IOException, InterruptedException {
        if (candidate.size() > maxBytes) {
            return ValidatorLimits.tooBig(candidate.size(), maxBytes);
        }
        slots.acquire();
        try {
            return runs.judge(command, candidate);
        } finally {
            slots.release();
        }
    }
}
