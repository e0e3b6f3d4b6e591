package io.datahub.ssh.session;

import java.util.Optional;
import org.apache.sshd.server.command.Command;

/**
 * Serves a kind of subsystem or exec request. {@code io.datahub.ssh.Ssh} creates the handlers and registers them in its
 * {@link ChannelHandlers}: {@code io.datahub.ssh.sftp.SftpSubsystem} for the subsystem {@code sftp}, and for exec
 * requests {@code io.datahub.ssh.rsync.RsyncHandler} ({@code rsync --server …}) and those of the hub itself. Thread-safe.
 */
public interface ChannelHandler extends AutoCloseable {

    /**
     * Creates the command that serves a channel, called on a thread of the transport, so that it must not block. The
     * command gets its streams next and is then started; it ends by its exit callback, or by {@link Command#destroy} if
     * the connection is cut: then no file may be committed that the client hasn't sent completely.
     *
     * <p>A command that implements {@code AsyncCommand} gets asynchronous streams; from its {@code start} it may call
     * {@code ChannelSession.setDataReceiver} to receive the input. Any other gets blocking streams, and must use them on
     * a thread of {@link SshSession#run}.
     *
     * @param session the connection
     * @param request the name of the subsystem, or the command line as the client sent it; see {@link ShellWords}
     * @return the command; empty if this handler doesn't serve the request
     */
    Optional<Command> command(SshSession session, String request);

    /** Releases what the handler holds; called after its commands are destroyed. */
    @Override
    default void close() {}
}
