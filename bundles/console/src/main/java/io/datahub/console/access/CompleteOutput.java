package io.datahub.console.access;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.command.AsyncCommand;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.command.CommandFactory;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Delivers the complete output of a single command to its client. Karaf closes the SSH session as soon as a command has
 * ended, which discards output that is still queued or in flight; and a client that reads nothing for half a minute
 * makes the command fail.
 */
@Component(service = {})
public final class CompleteOutput {

    /** How long a client may read nothing; the idle timeout of the session expires first. */
    private static final Duration WINDOW_TIMEOUT = Duration.ofDays(1);

    private final Map<SshServer, CommandFactory> originals = new ConcurrentHashMap<>();

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addServer(SshServer server) {
        CommandFactory original = server.getCommandFactory();
        if (original != null) {
            originals.put(server, original);
            server.setCommandFactory((channel, line) -> awaitingClose(original.createCommand(channel, line)));
            CoreModuleProperties.WAIT_FOR_SPACE_TIMEOUT.set(server, WINDOW_TIMEOUT);
        }
    }

    void removeServer(SshServer server) {
        CommandFactory original = originals.remove(server);
        if (original != null) {
            server.setCommandFactory(original);
        }
    }

    @Deactivate
    void stop() {
        originals.keySet().forEach(this::removeServer);
    }

    private static Command awaitingClose(Command command) {
        return command instanceof AsyncCommand ? command : new AwaitedCommand(command);
    }
}
