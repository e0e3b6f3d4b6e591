package io.datahub.ssh.channel;

import io.datahub.ssh.session.ChannelHandlers;
import io.datahub.ssh.session.SshSession;
import java.util.function.Function;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.server.channel.ChannelSessionFactory;
import org.apache.sshd.server.session.ServerSession;

/** Opens the channels that clients ask for: sessions only. Those for forwarding have no factory. */
public final class HubChannels implements ChannelFactory {

    /** One of so many parts of the heap is for the channels. */
    private static final int MEMORY_SHARE = 4;

    private final ChannelHandlers handlers;
    private final Function<ServerSession, SshSession> sessions;
    private final ChannelMemory memory = new ChannelMemory(Runtime.getRuntime().maxMemory() / MEMORY_SHARE);

    /**
     * Creates the only one of an endpoint.
     *
     * @param handlers serve the channels' requests
     * @param sessions finds the session of a connection
     */
    public HubChannels(ChannelHandlers handlers, Function<ServerSession, SshSession> sessions) {
        this.handlers = handlers;
        this.sessions = sessions;
    }

    @Override
    public String getName() {
        return ChannelSessionFactory.INSTANCE.getName();
    }

    @Override
    public Channel createChannel(Session connection) {
        return new HubChannel(handlers, sessions.apply((ServerSession) connection), memory);
    }
}
