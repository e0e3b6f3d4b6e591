package io.datahub.ssh.session;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.sshd.server.command.Command;

/**
 * The handlers of subsystem and exec requests. What none of them serves is refused in words.
 *
 * @param subsystems handlers by the name of a subsystem
 * @param commands handlers by a command line
 */
public record ChannelHandlers(List<ChannelHandler> subsystems, List<ChannelHandler> commands) {

    public ChannelHandlers {
        subsystems = List.copyOf(subsystems);
        commands = List.copyOf(commands);
    }

    /** Creates the command for a subsystem. */
    public Command subsystem(SshSession session, String name) {
        return first(subsystems, session, name)
                .orElseGet(() -> new RefusedCommand("this hub has no subsystem of that name; use sftp"));
    }

    /** Creates the command for an exec request. */
    public Command exec(SshSession session, String line) {
        return first(commands, session, line)
                .orElseGet(() -> new RefusedCommand(
                        "this hub runs no programs; only scp, rsync, sha256sum, sha1sum and" + " md5sum are served"));
    }

    private static Optional<Command> first(List<ChannelHandler> handlers, SshSession session, String request) {
        return handlers.stream()
                .flatMap(handler -> handler.command(session, request).stream())
                .findFirst();
    }

    /** Closes all handlers. */
    public void close() {
        Stream.concat(subsystems.stream(), commands.stream()).distinct().forEach(ChannelHandler::close);
    }
}
