package io.datahub.ssh.session;

import org.apache.sshd.server.channel.ChannelDataReceiver;
import org.apache.sshd.server.channel.ChannelSession;

/** Takes a channel's input and ignores it. */
final class DiscardingReceiver implements ChannelDataReceiver {

    @Override
    public int data(ChannelSession channel, byte[] bytes, int start, int length) {
        return length;
    }

    @Override
    public void close() {
        // holds nothing
    }
}
