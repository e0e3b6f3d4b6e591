package io.datahub.ssh.session;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.sshd.common.io.IoOutputStream;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;

/** Refuses a request: writes a sentence to the standard error and ends with a status. */
public final class RefusedCommand extends AsynchronousCommand {

    private final String sentence;
    private final int status;
    private IoOutputStream error;
    private ExitCallback exit;

    /** A refusal with status 1. */
    public RefusedCommand(String sentence) {
        this(sentence, 1);
    }

    /**
     * A refusal.
     *
     * @param sentence why, without a full stop
     * @param status the exit status
     */
    public RefusedCommand(String sentence, int status) {
        this.sentence = sentence;
        this.status = status;
    }

    @Override
    public void start(ChannelSession channel, Environment environment) throws IOException {
        channel.setDataReceiver(new DiscardingReceiver());
        byte[] line = ("datahub: " + sentence + "\n").getBytes(StandardCharsets.UTF_8);
        error.writeBuffer(new ByteArrayBuffer(line)).addListener(written -> exit.onExit(status, sentence));
    }

    @Override
    public void destroy(ChannelSession channel) {
        // ends by itself
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        exit = callback;
    }

    @Override
    public void setIoErrorStream(IoOutputStream stream) {
        error = stream;
    }

    @Override
    public void setIoOutputStream(IoOutputStream stream) {
        // writes nothing
    }
}
