package io.datahub.console;

import io.datahub.api.Result;
import io.datahub.api.cluster.ClusterImport;
import io.datahub.api.cluster.ClusterImport.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:cluster-import}. */
@Command(
        scope = "datahub",
        name = "cluster-import",
        description =
                "Imports the records and the journal of a stopped hub into this hub's cluster, which must be empty")
@Service
public final class ClusterImportCommand extends ClusterTransferCommand<ClusterImport> {

    public ClusterImportCommand() {
        super(ClusterImport.class);
    }

    @Override
    Result<Progress> run(ClusterImport service, Path home, Consumer<Progress> progress) throws IOException {
        return service.run(home, progress);
    }
}
