package io.datahub.ssh.channel;

import static org.apache.sshd.core.CoreModuleProperties.WINDOW_SIZE;

import io.datahub.api.log.LogText;
import io.datahub.ssh.session.ChannelHandlers;
import io.datahub.ssh.session.LastingCommand;
import io.datahub.ssh.session.RefusedCommand;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.session.WindowSize;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A channel of a client, which passes its request on to a handler. There is no shell, no environment, no terminal, and
 * no forwarding of agents or displays.
 */
final class HubChannel extends ChannelSession {

    private static final Logger LOG = LoggerFactory.getLogger(HubChannel.class);

    private final ChannelHandlers handlers;
    private final SshSession client;

    /** Empty if the channel is refused, since there is no memory for it. */
    private final Optional<WindowSize> window;

    private final AtomicReference<CompletionStage<Void>> ended =
            new AtomicReference<>(CompletableFuture.completedFuture(null));

    HubChannel(ChannelHandlers handlers, SshSession client, ChannelMemory memory) {
        this.handlers = handlers;
        this.client = client;
        String user = client.user().name();
        window = memory.reserve(user);
        window.ifPresent(size -> {
            WINDOW_SIZE.set(this, size.bytes());
            addCloseFutureListener(
                    closed -> ended.get().whenComplete((released, failure) -> memory.release(user, size)));
        });
    }

    @Override
    protected OpenFuture doInit(Buffer buffer) {
        if (window.isPresent()) {
            return super.doInit(buffer);
        }
        OpenFuture refused = new DefaultOpenFuture(this, this);
        refused.setException(new SshChannelOpenException(
                getChannelId(), SshConstants.SSH_OPEN_RESOURCE_SHORTAGE, "there are too many channels; close some"));
        close(true);
        return refused;
    }

    @Override
    public void handleEof() throws IOException {
        if (!isEofSignalled()) { // some clients (rclone) send it twice
            super.handleEof();
        }
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
        if (command instanceof LastingCommand lasting) {
            ended.set(lasting.ended());
        }
        RequestHandler.Result result = prepareChannelCommand(type, command);
        addCloseFutureListener(closed -> destroy(command)); // also if the channel was closed meanwhile
        return result;
    }

    private void destroy(Command command) {
        try {
            command.destroy(this);
        } catch (Exception e) {
            LOG.warn(
                    "event=ssh.command.destroy-failed client={} reason={}",
                    LogText.quoted(client),
                    LogText.quoted(e),
                    e);
        }
    }
}
