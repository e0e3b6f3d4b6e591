package io.datahub.console.access;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;

/**
 * A command whose exit callback returns only after its channel is closed (RFC 4254, 5.3): the client answers the close
 * after it has received everything sent before it. So no output is lost if the session is closed right after the
 * command.
 */
final class AwaitedCommand implements Command {

    private final Command command;
    private final CountDownLatch closed = new CountDownLatch(1);

    AwaitedCommand(Command command) {
        this.command = command;
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        command.setExitCallback((status, message, closeImmediately) -> {
            callback.onExit(status, message, closeImmediately);
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public void start(ChannelSession channel, Environment environment) throws IOException {
        channel.addCloseFutureListener(future -> closed.countDown());
        command.start(channel, environment);
    }

    @Override
    public void destroy(ChannelSession channel) throws Exception {
        command.destroy(channel);
    }

    @Override
    public void setInputStream(InputStream in) {
        command.setInputStream(in);
    }

    @Override
    public void setOutputStream(OutputStream out) {
        command.setOutputStream(out);
    }

    @Override
    public void setErrorStream(OutputStream err) {
        command.setErrorStream(err);
    }
}
