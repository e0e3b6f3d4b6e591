package io.datahub.cli.context;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Output;
import io.datahub.cli.http.Connections;
import io.datahub.cli.http.Origin;
import io.datahub.cli.http.Trust;
import io.datahub.cli.hub.Hub;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of every command. */
public final class CommonOptions {

    @Option(
            names = {"-c", "--context"},
            paramLabel = "NAME",
            description =
                    "Use the hub and the token of this context, instead of DATAHUB_URL and DATAHUB_TOKEN or the context in use.")
    private String context;

    @Option(names = "--json", description = "Print lines of JSON.")
    private boolean json;

    @Option(
            names = "--retries",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "How often a request is sent again when the hub can't be reached or is busy. Default: ${DEFAULT-VALUE}.")
    private int retries;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    private Output output;

    /** Where the command prints. */
    public Output output() {
        if (output == null) {
            output = new Output(json);
        }
        return output;
    }

    /** The hub. */
    public Hub hub() {
        Context resolved = new ContextResolver(System.getenv(), new ContextStore(), Home.find())
                .resolve(Optional.ofNullable(context));
        Optional<Path> authorities =
                resolved.authorities().isEmpty() ? Optional.empty() : Optional.of(Path.of(resolved.authorities()));
        return new Hub(
                new Connections(Origin.of(resolved.url()), new Trust(authorities)),
                new TokenSource(resolved),
                Failure.atLeast(0, "--retries", retries) + 1,
                output());
    }

    /** Whether help was asked for; then the command doesn't run. */
    public boolean isHelp() {
        return help;
    }
}
