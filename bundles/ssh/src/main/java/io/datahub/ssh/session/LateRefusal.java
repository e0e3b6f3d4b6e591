package io.datahub.ssh.session;

import io.datahub.api.log.LogText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.ChannelAsyncOutputStream;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses a command that has its blocking streams already, on a thread of the transport. Those streams wait for the
 * client, which that thread must not: the sentence is left out if the client doesn't take it at once.
 *
 * @param channel the command's channel
 * @param exit ends the command
 */
record LateRefusal(ChannelSession channel, ExitCallback exit) {

    private static final Logger LOG = LoggerFactory.getLogger(LateRefusal.class);
    private static final int STATUS = 1;

    /** Ends the command. */
    void refuse(String sentence) {
        channel.setDataReceiver(new DiscardingReceiver());
        byte[] line = ("datahub: " + sentence + "\n").getBytes(StandardCharsets.UTF_8);
        if (channel.getRemoteWindow().getSize() < line.length) {
            exit.onExit(STATUS, sentence);
            return;
        }
        try {
            new ChannelAsyncOutputStream(channel, SshConstants.SSH_MSG_CHANNEL_EXTENDED_DATA)
                    .writeBuffer(new ByteArrayBuffer(line))
                    .addListener(written -> exit.onExit(STATUS, sentence));
        } catch (IOException e) {
            LOG.debug("event=ssh.command.cut client={} reason={}", channel, LogText.quoted(e), e);
            exit.onExit(STATUS, sentence);
        }
    }
}
