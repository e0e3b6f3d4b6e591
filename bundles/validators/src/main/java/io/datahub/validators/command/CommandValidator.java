package io.datahub.validators.command;

import io.datahub.api.Home;
import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.Verdict;
import io.datahub.validators.support.ValidatorLimits;
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
 * Validates a record by a program of the operator: it accepts by exit status 0, and refuses by 1 or other configured
 * statuses, with each line of its output as a violation; any other status is a failure. One instance per configuration.
 */
@Component(
        name = "io.datahub.validator.command",
        service = Validator.class,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = CommandConfiguration.class, factory = true)
public final class CommandValidator implements Validator {

    static final List<String> PLACEHOLDERS = List.of("file", "path", "user", "size", "sha256");

    private final long maxBytes;
    private final CommandLine command;
    private final CommandRunner runs;
    private final Semaphore permits;

    @Activate
    public CommandValidator(CommandConfiguration configuration, @Reference Home home, Map<String, Object> properties)
            throws IOException {
        maxBytes = ValidatorLimits.checkedMaxBytes(configuration.maxBytes(), configuration.paths());
        command = CommandLine.of(configuration.command(), PLACEHOLDERS);
        if (configuration.atOnce() < 1) {
            throw new IllegalArgumentException("atOnce is " + configuration.atOnce() + "; it must be 1 or more");
        }
        permits = new Semaphore(configuration.atOnce(), true);
        runs = new CommandRunner(
                home.state().resolve("commands").resolve(folder(properties)),
                CommandRunner.environment(configuration.environment()),
                CommandRunner.statuses(configuration.refusals()),
                configuration.timeoutMillis(),
                configuration.maxOutputBytes());
    }

    private static String folder(Map<String, Object> properties) {
        return String.valueOf(properties.get("service.pid")).replaceAll("[^A-Za-z0-9._-]", "_");
    }

    @Override
    public Verdict validate(Candidate candidate) throws IOException, InterruptedException {
        if (candidate.size() > maxBytes) {
            return ValidatorLimits.tooBig(candidate.size(), maxBytes);
        }
        permits.acquire();
        try {
            return runs.validate(command, candidate);
        } finally {
            permits.release();
        }
    }
}
