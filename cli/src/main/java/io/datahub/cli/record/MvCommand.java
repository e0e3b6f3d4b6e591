package io.datahub.cli.record;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.http.Request;
import io.datahub.cli.hub.Conditions;
import io.datahub.cli.hub.Hub;
import io.datahub.cli.hub.Paths;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code datahub mv}: renames a record or a directory. */
@Command(
        name = "mv",
        description = "Rename a record, or a directory with everything in it; the hub validates it for the new path.")
public final class MvCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Option(
            names = {"-n", "--no-clobber"},
            description = "Only if there is nothing at the new path.")
    private boolean isNew;

    @Option(names = "--if-match", paramLabel = "ETAG", description = "Only if the record is still this version.")
    private String ifMatch;

    @Parameters(index = "0", paramLabel = "FROM", description = "The record or directory.")
    private String from;

    @Parameters(
            index = "1",
            paramLabel = "TO",
            description = "Its new path; one that ends in / is the directory that a record is moved into.")
    private String to;

    @Override
    public Integer call() {
        String source = Paths.of(from);
        String target = Paths.of(to);
        if (source.isEmpty()) {
            throw new Failure(Failure.USAGE, "'" + from + "' is the root, which can't be moved");
        }
        if (!source.endsWith("/") && (target.isEmpty() || target.endsWith("/"))) {
            target += Paths.name(source);
        }
        Hub hub = common.hub();
        Request request = new Request("MOVE", Paths.files(source))
                .header("Destination", hub.prefix() + Paths.files(target))
                .header("Overwrite", isNew ? Optional.of("F") : Optional.empty());
        Map<String, Object> moved = hub.object(new Conditions(Optional.ofNullable(ifMatch), false).applyTo(request));
        common.output().result(moved, Json.string(moved, "path"));
        return 0;
    }
}
