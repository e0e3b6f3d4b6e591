package io.datahub.ssh;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;

/** What a command has written, and its exit status. */
public record ExecResult(String text, String error, int status) {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Runs a command with that input, up to its end. */
    public static ExecResult of(ClientSession session, String line, byte[] input) throws IOException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        try (ChannelExec channel = session.createExecChannel(line)) {
            channel.setIn(new ByteArrayInputStream(input));
            channel.setOut(output);
            channel.setErr(error);
            channel.open().verify(TIMEOUT);
            channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), TIMEOUT);
            Integer status = channel.getExitStatus();
            return new ExecResult(
                    output.toString(StandardCharsets.UTF_8),
                    error.toString(StandardCharsets.UTF_8),
                    status == null ? -1 : status);
        }
    }
}
