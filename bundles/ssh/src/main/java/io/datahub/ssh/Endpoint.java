package io.datahub.ssh;

import io.datahub.api.log.LogText;
import io.datahub.api.net.IpAddress;
import io.datahub.ssh.channel.HubChannels;
import io.datahub.ssh.connections.Connections;
import io.datahub.ssh.connections.ProxyHeader;
import io.datahub.ssh.login.KeyLogin;
import io.datahub.ssh.login.Logins;
import io.datahub.ssh.login.TokenLogin;
import io.datahub.ssh.session.BlockingCommand;
import io.datahub.ssh.session.ChannelHandlers;
import io.datahub.ssh.session.SshServices;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.apache.sshd.common.global.KeepAliveHandler;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.keyboard.UserAuthKeyboardInteractiveFactory;
import org.apache.sshd.server.auth.password.UserAuthPasswordFactory;
import org.apache.sshd.server.global.NoMoreSessionsHandler;
import org.apache.sshd.server.global.OpenSshHostKeysHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The SSH server on its port, from start to stop. */
final class Endpoint implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);
    private static final int BACKLOG = 1_024;

    /** For one packet with the data that clients usually send, 32 KiB, and most of the next. */
    private static final int READ_BUFFER_BYTES = 1 << 16;

    /** For the disconnect messages to be sent. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

    private final SshServer server;
    private final Connections connections;
    private final ScheduledExecutorService timer;
    private final InetSocketAddress bound;
    private volatile SshSettings settings;

    /**
     * Binds the port.
     *
     * @throws IllegalStateException if it can't be bound; the message says why and how to fix it
     */
    Endpoint(SshServices services, ChannelHandlers handlers, KeyPairProvider hostKeys, SshSettings settings) {
        InetSocketAddress address = settings.address();
        this.settings = settings;
        timer = newTimer();
        connections = new Connections(services, this::settings, () -> settings().maxHandshakes());
        server = newServer(services, handlers, hostKeys);
        configure(settings);
        server.setHost(address.getAddress().getHostAddress());
        server.setPort(address.getPort());
        try {
            server.start();
            bound = (InetSocketAddress) server.getBoundAddresses().iterator().next();
        } catch (IOException | RuntimeException e) {
            close();
            throw new IllegalStateException(
                    "the SSH port " + IpAddress.inUrl(address.getAddress()) + ":" + address.getPort()
                            + " can't be bound (" + e.getMessage()
                            + "); stop the program that uses it, or set host and port in io.datahub.ssh.cfg, or"
                            + " DATAHUB_HOST and DATAHUB_SSH_PORT",
                    e);
        }
    }

    private static ScheduledExecutorService newTimer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "datahub-ssh-timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    private SshServer newServer(SshServices services, ChannelHandlers handlers, KeyPairProvider hostKeys) {
        SshServer created = Algorithms.builder()
                .channelFactories(List.of(new HubChannels(handlers, connections::session)))
                .globalRequestHandlers(List.of(
                        KeepAliveHandler.INSTANCE, NoMoreSessionsHandler.INSTANCE, OpenSshHostKeysHandler.INSTANCE))
                .build();
        Logins logins = new Logins(services, connections::origin, connections::loggedIn);
        TokenLogin tokens = new TokenLogin(logins);
        KeyLogin keys = new KeyLogin(logins);
        created.setPublickeyAuthenticator(keys);
        created.setPasswordAuthenticator(tokens);
        created.setKeyboardInteractiveAuthenticator(tokens);
        created.setUserAuthFactories(
                List.of(keys, UserAuthKeyboardInteractiveFactory.INSTANCE, UserAuthPasswordFactory.INSTANCE));
        created.setKeyPairProvider(hostKeys);
        created.setServerProxyAcceptor(
                new ProxyHeader(connections, () -> settings().proxies()));
        created.addSessionListener(connections);
        created.setIoServiceFactoryFactory(new Nio2ServiceFactoryFactory());
        created.setScheduledExecutorService(timer, false);
        CoreModuleProperties.SERVER_IDENTIFICATION.set(created, "Datahub");
        CoreModuleProperties.SOCKET_BACKLOG.set(created, BACKLOG);
        CoreModuleProperties.NIO2_READ_BUFFER_SIZE.set(created, READ_BUFFER_BYTES);
        CoreModuleProperties.SOCKET_KEEPALIVE.set(created, true);
        CoreModuleProperties.TCP_NODELAY.set(created, true);
        CoreModuleProperties.WAIT_FOR_SPACE_TIMEOUT.set(created, BlockingCommand.MAX_SILENCE);
        CoreModuleProperties.STOP_WAIT_TIME.set(created, STOP_TIMEOUT);
        return created;
    }

    private SshSettings settings() {
        return settings;
    }

    /** Applies other settings, also to the connections that are open. */
    void configure(SshSettings changed) {
        settings = changed;
        CoreModuleProperties.AUTH_TIMEOUT.set(server, changed.handshakeTimeout());
        CoreModuleProperties.IDLE_TIMEOUT.set(server, changed.idleTimeout());
        CoreModuleProperties.MAX_CONCURRENT_CHANNELS.set(server, changed.maxChannels());
    }

    /** The address it listens on. */
    InetSocketAddress address() {
        return bound;
    }

    Connections connections() {
        return connections;
    }

    @Override
    public void close() {
        try {
            server.stop(true);
        } catch (IOException e) {
            LOG.warn("event=ssh.endpoint.close-failed reason={}", LogText.quoted(e.getMessage()), e);
        }
        timer.shutdownNow();
    }
}
