package io.datahub.ssh.channel;

import io.datahub.ssh.session.ChannelHandlers;
import io.datahub.ssh.session.RefusedCommand;
import io.datahub.ssh.session.SshSession;
import java.io.IOException;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;

/**
 * A channel of a client, which passes its request on to a handler. There is no shell, no environment, no terminal, and
 * no forwarding of agents or displays.
 */
final class HubChannel extends ChannelSession {

    private final ChannelHandlers handlers;
    private final SshSession client;

    HubChannel(ChannelHandlers handlers, SshSession client) {
        this.handlers = handlers;
        this.client = client;
    }

    @Override
    protected RequestHandler.Result handleInternalRequest(String type, boolean wantReply, Buffer buffer)
            throws IOException {
        return switch (type) {
            case Channel.CHANNEL_EXEC, Channel.CHANNEL_SHELL, Channel.CHANNEL_SUBSYSTEM ->
                super.handleInternalRequest(type, wantReply, buffer);
            default -> RequestHandler.Result.ReplyFailure;
        };
    }

    @Override
    protected RequestHandler.Result handleShellParsed(String type) throws IOException {
        return serve(
                type,
                new RefusedCommand("this hub has no shell; connect with sftp, scp or rsync to the same host and port"));
    }

    @Override
    protected RequestHandler.Result handleExecParsed(String type, String line) throws IOException {
        return serve(type, handlers.exec(client, line));
    }

    @Override
    protected RequestHandler.Result handleSubsystemParsed(String type, String name) throws IOException {
        return serve(type, handlers.subsystem(client, name));
    }

    private RequestHandler.Result serve(String type, Command command) throws IOException {
        commandInstance = command;
        return prepareChannelCommand(type, command);
    }
}
