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

    private final ChannelHandlers handlers;
    private final Function<ServerSession, SshSession> sessions;

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
        return new HubChannel(handlers, sessions.apply((ServerSession) connection));
    }
}
