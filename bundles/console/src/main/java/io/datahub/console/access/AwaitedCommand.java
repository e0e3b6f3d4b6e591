package io.datahub.console.access;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Job;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;

/**
 * A command that ends with its channel, at the latest, and whose exit callback returns only after its channel is closed (RFC 4254, 5.3): the client answers the close
 * after it has received everything sent before it. So no output is lost if the session is closed right after the
 * command.
 */
final class AwaitedCommand implements Command {

    /** The command that started a thread, until the thread has a session of the shell. */
    private static final InheritableThreadLocal<AwaitedCommand> STARTED = new InheritableThreadLocal<>();

    private final Command command;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicReference<CommandSession> session = new AtomicReference<>();

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
        channel.addCloseFutureListener(future -> {
            closed.countDown();
            interrupt();
        });
        STARTED.set(this);
        try {
            command.start(channel, environment);
        } finally {
            STARTED.remove();
        }
    }

    /**
     * Returns the command that started the calling thread, if this is the first session of its own; null otherwise. The
     * threads of the shell's jobs are reused and may have been started for another command, which has its session by then.
     */
    static AwaitedCommand startedWith(CommandSession session) {
        AwaitedCommand started = STARTED.get();
        return started != null && started.session.compareAndSet(null, session) ? started : null;
    }

    /** Whether the channel is closed, so that nobody waits for the command. */
    boolean isAbandoned() {
        return closed.getCount() == 0;
    }

    /** Interrupts what the command runs now. */
    void interrupt() {
        CommandSession running = session.get();
        if (running != null) {
            running.jobs().forEach(Job::interrupt);
        }
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
