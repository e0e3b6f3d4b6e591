package io.datahub.cli.record;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Progress;
import io.datahub.cli.hub.Downloads;
import io.datahub.cli.hub.Paths;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code datahub cat}: writes records to standard output. */
@Command(name = "cat", description = "Write records to standard output, one after another.")
public final class CatCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "The records.")
    private List<String> paths;

    @Override
    public Integer call() throws IOException {
        Downloads downloads = new Downloads(common.hub(), new Progress(common.output()));
        for (String path : paths) {
            downloads.get(Paths.record(path), common.output().stream());
        }
        return 0;
    }
}
