package io.datahub.cli.record;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Parallel;
import io.datahub.cli.http.Request;
import io.datahub.cli.hub.Hub;
import io.datahub.cli.hub.Paths;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code datahub mkdir}: makes directories. */
@Command(
        name = "mkdir",
        description = "Make directories, with their parents. Records need none: putting one makes them.")
public final class MkdirCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "The directories.")
    private List<String> paths;

    @Override
    public Integer call() {
        Hub hub = common.hub();
        Parallel each = new Parallel(common.output());
        for (String path : paths) {
            String directory = Paths.directory(path);
            each.run(new Parallel.Named(path, () -> {
                hub.done(new Request("PUT", Paths.files(directory)));
                common.output().result(Map.of("path", directory), directory);
            }));
        }
        return each.exitStatus();
    }
}
