package io.datahub.ssh.session;

import io.datahub.api.Refusal;
import io.datahub.api.log.LogLimit;
import io.datahub.api.log.LogText;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.sshd.common.channel.ChannelPipedInputStream;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command with blocking streams, on a thread of its own. When the connection is cut, its streams end or fail; the
 * thread is never interrupted, since that could close what others read. For one channel.
 */
public abstract class BlockingCommand implements Command {

    private static final Logger LOG = LoggerFactory.getLogger(BlockingCommand.class);
    private static final LogLimit BROKEN_OFF = new LogLimit(10, Duration.ofMinutes(1));

    /** After this time a command that waits for its client is broken off, since it holds a thread. */
    public static final Duration MAX_SILENCE = Duration.ofMinutes(5);

    private static final int BUFFER_BYTES = 65_536;
    private static final int FAILED_STATUS = 1;

    private final SshSession session;
    private InputStream in;
    private OutputStream out;
    private OutputStream error;
    private ExitCallback exit;
    private volatile boolean cut;

    /** @param session the connection */
    protected BlockingCommand(SshSession session) {
        this.session = session;
    }

    /**
     * Runs the command.
     *
     * @param input the client's output
     * @param output the client's input; flushed at the end
     * @return the exit status
     * @throws IOException if the connection is cut, or the store's medium failed
     */
    protected abstract int run(InputStream input, OutputStream output) throws IOException;

    /** The connection. */
    protected final SshSession session() {
        return session;
    }

    /** Whether the connection was cut, so that nothing may be committed any more. */
    protected final boolean isCut() {
        return cut || session.isLost();
    }

    /** Writes a line to the client's standard error. */
    protected final void complain(String line) throws IOException {
        error.write(("datahub: " + line + "\n").getBytes(StandardCharsets.UTF_8));
        error.flush();
    }

    /**
     * Tells the client's user of a refusal.
     *
     * @param what what is refused, as the client calls it
     * @return the line that was written
     */
    protected final String complain(String what, Refusal refusal) throws IOException {
        String line = RefusalText.of(what, refusal);
        complain(line);
        return line;
    }

    @Override
    public final void start(ChannelSession channel, Environment environment) {
        session.run(channel, exit, this::run);
    }

    private void run() {
        int status = FAILED_STATUS;
        try (OutputStream output = new BufferedOutputStream(out, BUFFER_BYTES)) {
            status = run(new BufferedInputStream(in, BUFFER_BYTES), output);
        } catch (IOException | RuntimeException e) {
            failed(e);
        } finally {
            exit.onExit(status);
        }
    }

    private void failed(Exception e) {
        if (isCut() || !session.isOpen()) {
            LOG.debug("event=ssh.command.cut client={} reason={}", session, LogText.quoted(e.toString()), e);
            return;
        }
        if (e instanceof ClientException || e instanceof SocketException) { // the latter: the client let it wait
            logBrokenOff(e);
            return;
        }
        LOG.error("event=ssh.command.failed client={} reason={}", session, LogText.quoted(e.toString()), e);
        try {
            complain("the hub failed; its log has the reason");
        } catch (IOException lost) {
            LOG.debug("event=ssh.command.cut client={} reason={}", session, LogText.quoted(lost.toString()), lost);
        }
    }

    private void logBrokenOff(Exception reason) {
        LogLimit.Decision line = BROKEN_OFF.next();
        if (line.mayWrite()) {
            LOG.info(
                    "event=ssh.command.broken-off client={} suppressed={} reason={}",
                    LogText.quoted(session),
                    line.suppressed(),
                    LogText.quoted(reason.getMessage()));
        }
    }

    @Override
    public final void destroy(ChannelSession channel) {
        cut = true;
    }

    @Override
    public final void setInputStream(InputStream stream) {
        if (stream instanceof ChannelPipedInputStream piped) {
            piped.setTimeout(MAX_SILENCE.toMillis()); // the transport counts no traffic against an idle command
        }
        in = stream;
    }

    @Override
    public final void setOutputStream(OutputStream stream) {
        out = stream;
    }

    @Override
    public final void setErrorStream(OutputStream stream) {
        error = stream;
    }

    @Override
    public final void setExitCallback(ExitCallback callback) {
        exit = callback;
    }
}
