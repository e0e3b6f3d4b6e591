package io.datahub.zeromq;

import io.datahub.api.log.LogText;
import io.datahub.api.net.IpAddress;
import io.datahub.zeromq.zmtp.DisconnectReason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts connections and distributes them to the loops, round-robin. Runs on the thread of the first loop. */
final class Listener implements EventLoop.ChannelHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
    private static final int BACKLOG = 4_096;
    private static final int MAX_ACCEPTS = 256;

    private final EndpointContext context;
    private final List<EventLoop> loops;
    private final ServerSocketChannel channel;
    private final SelectionKey key;
    private int nextLoop;

    /**
     * Binds the port.
     *
     * @throws IllegalStateException if it can't be bound; the message says why and how to fix it
     */
    Listener(EndpointContext context, List<EventLoop> loops) throws IOException {
        this.context = context;
        this.loops = loops;
        InetSocketAddress address = context.settings().address();
        channel = ServerSocketChannel.open();
        try {
            channel.bind(address, BACKLOG);
            key = loops.get(0).register(channel, this);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw new IllegalStateException(
                    "the ZeroMQ port " + IpAddress.inUrl(address.getAddress()) + ":" + address.getPort()
                            + " can't be bound (" + e.getMessage()
                            + "); stop the program that uses it, or set host and port in io.datahub.zeromq.cfg, or"
                            + " DATAHUB_HOST and DATAHUB_ZMQ_PORT",
                    e);
        }
    }

    /** The address it listens on. */
    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) channel.getLocalAddress();
    }

    @Override
    public void selected(int ready) {
        try {
            for (int i = 0; i < MAX_ACCEPTS; i++) {
                SocketChannel accepted = channel.accept();
                if (accepted == null) {
                    return;
                }
                assign(accepted);
            }
        } catch (IOException e) {
            LOG.error(
                    "event=zeromq.listener.paused reason={} remedy=\"raise the limit of open files (ulimit -n)\"",
                    LogText.quoted(e.getMessage()));
            key.interestOps(0);
        }
    }

    private void assign(SocketChannel accepted) throws IOException {
        try {
            accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
            accepted.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            InetAddress from = ((InetSocketAddress) accepted.getRemoteAddress()).getAddress();
            if (context.connectionLimiter().tryAcquire(from, context.settings())) {
                EventLoop loop = loops.get(nextLoop++ % loops.size());
                loop.execute(() -> open(loop, accepted, from));
            } else {
                context.disconnectMetrics()
                        .closed(
                                DisconnectReason.TOO_MANY_CONNECTIONS,
                                DisconnectReason.TOO_MANY_CONNECTIONS.text(),
                                from.getHostAddress());
                accepted.close();
            }
        } catch (IOException e) {
            LOG.debug("event=zeromq.connection.lost reason={}", LogText.quoted(e), e);
            accepted.close();
        }
    }

    /** Opens a connection, which has a slot of the connection limiter; on the thread of its loop. */
    private void open(EventLoop loop, SocketChannel accepted, InetAddress from) {
        try {
            loop.add(new Connection(loop, context, accepted));
        } catch (IOException | RuntimeException e) {
            LOG.debug("event=zeromq.connection.lost reason={}", LogText.quoted(e), e);
            context.connectionLimiter().release(from);
            closeQuietly(accepted);
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("event=zeromq.connection.close-failed reason={}", LogText.quoted(e), e);
        }
    }

    /** Resumes accepting after a failure. */
    @Override
    public boolean tick(long now) {
        if (key.isValid() && key.interestOps() == 0) {
            key.interestOps(SelectionKey.OP_ACCEPT);
        }
        return false;
    }

    @Override
    public void stop() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("event=zeromq.listener.close-failed reason={}", LogText.quoted(e), e);
        }
    }
}
