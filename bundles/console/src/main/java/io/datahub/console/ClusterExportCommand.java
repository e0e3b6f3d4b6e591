package io.datahub.console;

import io.datahub.api.Result;
import io.datahub.api.cluster.ClusterExport;
import io.datahub.api.cluster.ClusterImport.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:cluster-export}. */
@Command(
        scope = "datahub",
        name = "cluster-export",
        description =
                "Exports the records and the journal of this hub's cluster into the home of a hub that will be alone")
@Service
public final class ClusterExportCommand extends ClusterTransferCommand<ClusterExport> {

    public ClusterExportCommand() {
        super(ClusterExport.class);
    }

    @Override
    Result<Progress> run(ClusterExport service, Path home, Consumer<Progress> progress) throws IOException {
        return service.run(home, progress);
    }
}
