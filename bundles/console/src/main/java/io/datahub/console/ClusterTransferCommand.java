package io.datahub.console;

import io.datahub.api.Result;
import io.datahub.api.cluster.ClusterImport.Progress;
import io.datahub.console.shell.CommandException;
import io.datahub.console.shell.HubServices;
import io.datahub.console.shell.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.karaf.shell.api.action.Argument;

/**
 * Base class of the commands that import a home into the cluster, or export one. The work goes on if the console is
 * closed.
 *
 * @param <T> the service that does it
 */
abstract class ClusterTransferCommand<T> extends DatahubCommand {

    private static final int PROGRESS_SECONDS = 2;

    @Argument(name = "home", description = "Absolute path of the home directory, on this machine", required = true)
    String home;

    private final Class<T> type;
    private volatile Progress latest = new Progress(0, 0, 0, 0);

    ClusterTransferCommand(Class<T> type) {
        this.type = type;
    }

    abstract Result<Progress> run(T service, Path directory, Consumer<Progress> progress) throws IOException;

    @Override
    public Object execute() throws InterruptedException {
        Path path = Path.of(home);
        if (!path.isAbsolute()) {
            throw new CommandException("the home needs an absolute path, not " + home);
        }
        T service = HubServices.find(context, type)
                .orElseThrow(
                        () -> new CommandException("this hub is in no cluster, or hasn't reached the ledger and the"
                                + " blob store yet; datahub:status shows it"));
        FutureTask<Result<Progress>> task = new FutureTask<>(() -> run(service, path, progress -> latest = progress));
        new Thread(task, "datahub-cluster-transfer").start();
        Progress done = CommandException.require(await(task));
        print(new Table("records", "entries").row(done.records(), done.entries()));
        return null;
    }

    private Result<Progress> await(FutureTask<Result<Progress>> task) throws InterruptedException {
        while (true) {
            try {
                return task.get(PROGRESS_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                if (!json) {
                    System.out.println(latest.records() + " of " + latest.ofRecords() + " records, " + latest.entries()
                            + " of " + latest.ofEntries() + " journal entries");
                }
            } catch (ExecutionException e) {
                throw new CommandException(e.getCause().getMessage() + "; to go on, repeat the command");
            }
        }
    }
}
