package io.datahub.zeromq;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.net.IpAddress;
import io.datahub.api.net.ProxyProtocol;
import io.datahub.api.user.Login;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer's connection, from the greeting until it is closed. Runs on the thread of its loop; calls from the broker
 * are dispatched to that thread.
 */
final class Connection implements EventSink, Loop.Selected {

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final Loop loop;
    private final EndpointContext context;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final Input input;
    private final Output output;

    private final ConnectionSetup setup;

    private ProtocolState state;
    private Heartbeat heartbeat;
    private Session session;
    private Peer peer;
    private Login login;

    private boolean open = true;
    private boolean paused;
    private boolean writeQueued;

    /** Whether the last event is being validated; the input after it is held back until then. */
    private boolean suspended;

    private final Runnable onValidated;

    /** @throws IOException if the peer has disconnected already */
    Connection(Loop loop, EndpointContext context, SocketChannel channel) throws IOException {
        this.loop = loop;
        this.context = context;
        this.channel = channel;
        onValidated = () -> loop.execute(this::validationDone);
        setup = new ConnectionSetup(this, context, (InetSocketAddress) channel.getRemoteAddress(), loop.now());
        state = setup.initialState();
        key = loop.register(channel, this);
        input = new Input(this, context.receiving(), loop::readArea);
        output = new Output(channel, loop.writeBuffer());
        heartbeat = new Heartbeat(false, loop.now());
        send(ZmtpGreeting.opening());
        context.handshakes().started(this, context.settings());
    }

    @Override
    public void selected(int ready) {
        try {
            if ((ready & SelectionKey.OP_WRITE) != 0) {
                queueWrite();
            }
            if ((ready & SelectionKey.OP_READ) != 0 && mayRead()) {
                read();
            }
        } catch (ProtocolException | IOException | RuntimeException e) {
            failed(e);
        }
    }

    private void failed(Exception cause) {
        if (cause instanceof ProtocolException violation) {
            fail(violation);
        } else if (cause instanceof IOException) {
            close(DisconnectReason.LOST, cause.getMessage());
        } else {
            LOG.error("zeromq failed peer={}", this, cause);
            close(DisconnectReason.FAILED, cause.toString());
        }
    }

    /**
     * A peer that speaks ZMTP but can't authenticate will reconnect, so its connection is closed with a delay. A peer
     * that doesn't speak ZMTP is disconnected at once.
     */
    private void fail(ProtocolException violation) {
        DisconnectReason reason = violation.reason();
        if (state instanceof Handshake
                || reason == DisconnectReason.OLD_VERSION
                || reason == DisconnectReason.UNKNOWN_MECHANISM) {
            refuse(reason, violation.getMessage());
            input.release();
        } else {
            close(reason, violation.getMessage());
        }
    }

    private void read() throws IOException, ProtocolException {
        heartbeat.inputReceived(loop.now());
        if (!input.read(channel)) {
            close(DisconnectReason.PEER, DisconnectReason.PEER.text());
        } else if (setup.isRefused()) {
            input.release();
        }
    }

    /** Processes input; returns the position after the last byte consumed. */
    int process(SharedBuffer buffer, int from, int to) throws ProtocolException {
        int at = from;
        ProtocolState before;
        do {
            before = state;
            at = at < to ? state.read(buffer, at, to) : at;
        } while (state != before && !setup.isRefused());
        if (session != null) {
            paused = !session.flush() && peer.appliesBackpressure();
            updateInterest();
        }
        return at;
    }

    /** See {@link ProtocolState#expectedBytes}. */
    long expectedBytes() {
        return state.expectedBytes();
    }

    /** See {@link ConnectionSetup#forwarded}. */
    void forwarded(ProxyProtocol.Header header) throws ProtocolException {
        setup.forwarded(header);
        awaitGreeting();
    }

    /** The PROXY header is read, or there is none: the greeting is next. */
    void awaitGreeting() {
        state = new ZmtpGreeting(this);
    }

    /** Called when the peer's greeting is complete. */
    void greetingReceived(String mechanism, boolean supportsPing) throws ProtocolException {
        heartbeat = new Heartbeat(supportsPing, loop.now());
        state = setup.handshake(mechanism);
    }

    /** Called when the handshake succeeded. */
    void authenticated(Login verified, SocketType type, Optional<CurveBoxes> boxes) {
        login = verified;
        setup.succeeded();
        session = context.broker().open(verified, this);
        ZeromqSettings settings = context.settings();
        boxes.ifPresent(keys -> output.encrypt(new CurveMessageEncoder(keys)));
        peer = Peer.of(type, this, session, settings);
        MessageDecoder decoder = new MessageDecoder(peer, settings.maxFrames() + peer.maxEnvelopeFrames());
        state = boxes.<ProtocolState>map(keys -> new CurveMessageDecoder(decoder, keys))
                .orElse(decoder);
        LOG.debug("zeromq connected peer={} socket={}", this, type);
    }

    /**
     * Closes the connection with a delay and sends no ERROR: a client that receives an ERROR never reconnects, and one
     * that is disconnected at once reconnects too often.
     */
    void refuse(DisconnectReason reason, String detail) {
        context.disconnectMetrics().closed(reason, detail, this);
        setup.refuse(loop.now());
        updateInterest();
    }

    /** Closes the connection unless it is authenticated, to make room for another. Thread-safe. */
    void evict() {
        loop.execute(() -> {
            if (session == null) {
                close(DisconnectReason.TOO_MANY_HANDSHAKES, DisconnectReason.TOO_MANY_HANDSHAKES.text());
            }
        });
    }

    /** Logs the peer's first message that isn't published. */
    void refused(String topic, Published result) {
        context.disconnectMetrics().refused(this, topic, result);
    }

    /** Sets the timeout that the peer announced for itself, in tenths of a second. */
    void setPeerTimeout(int tenths) {
        heartbeat.setPeerTimeout(tenths);
    }

    /** Sends bytes generated by the hub itself. */
    void send(ByteBuffer bytes) {
        output.add(bytes);
        queueWrite();
    }

    /** Schedules a write in this iteration of the loop. */
    private void queueWrite() {
        if (!writeQueued) {
            writeQueued = true;
            loop.queueWrite(this);
        }
    }

    /** Writes as much pending output as the socket accepts. */
    void writePending() {
        writeQueued = false;
        if (!open) {
            return;
        }
        try {
            Output.State result = output.write(session);
            if (result == Output.State.MORE) {
                queueWrite();
            }
            updateInterest(result == Output.State.BLOCKED);
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    /** The callback for when the validation of one of this peer's events is done; may be run on any thread. */
    Runnable onValidated() {
        return onValidated;
    }

    /** Suspends input while an event is being validated: the bytes after it are held back, and nothing more is read. */
    void suspend() {
        suspended = true;
    }

    boolean isSuspended() {
        return suspended;
    }

    private void validationDone() {
        if (!open) {
            return;
        }
        suspended = false;
        try {
            peer.validated(session.validated());
            paused |= !session.flush() && peer.appliesBackpressure();
        } catch (RuntimeException e) {
            failed(e);
        }
        resumeInput();
    }

    /** Processes the input that was held back, unless another reason holds it back, and enables reading. */
    private void resumeInput() {
        if (!open) {
            return;
        }
        heartbeat.inputReceived(loop.now());
        try {
            if (!suspended && !paused) {
                input.resume();
            }
            updateInterest();
        } catch (ProtocolException | RuntimeException e) {
            failed(e);
        }
    }

    private boolean mayRead() {
        return open && !setup.isRefused() && !paused && !suspended && !output.isReplyQueueFull();
    }

    private void updateInterest() {
        updateInterest((key.isValid() ? key.interestOps() & SelectionKey.OP_WRITE : 0) != 0);
    }

    private void updateInterest(boolean writing) {
        int ops = (mayRead() ? SelectionKey.OP_READ : 0) | (writing ? SelectionKey.OP_WRITE : 0);
        if (key.isValid() && key.interestOps() != ops) {
            key.interestOps(ops);
        }
    }

    @Override
    public void stop() {
        close(DisconnectReason.STOPPED, DisconnectReason.STOPPED.text());
    }

    @Override
    public boolean tick(long now) {
        ZeromqSettings settings = context.settings();
        if (setup.isOverdue(now)) {
            close(DisconnectReason.HANDSHAKE_TIMEOUT, DisconnectReason.HANDSHAKE_TIMEOUT.text());
        } else if (peer != null && mayRead() && heartbeat.isTimedOut(settings, now)) {
            close(DisconnectReason.IDLE, DisconnectReason.IDLE.text());
        } else if (peer != null && heartbeat.shouldPing(settings, now)) {
            send(Heartbeat.ping(settings));
        }
        return open && peer == null;
    }

    /**
     * Disconnects the connection that holds the most memory if all connections together exceed
     * {@code maxReceivingBytes}.
     */
    void enforceReceivingLimit() throws ProtocolException {
        if (context.receiving().bytes() > context.settings().maxReceivingBytes()) {
            Connection largest = context.receiving().largest().orElse(this);
            if (largest == this) {
                throw new ProtocolException(DisconnectReason.OUT_OF_MEMORY);
            }
            largest.loop.execute(
                    () -> largest.close(DisconnectReason.OUT_OF_MEMORY, DisconnectReason.OUT_OF_MEMORY.text()));
        }
    }

    boolean isOpen() {
        return open;
    }

    /** Closes the connection now. The reason isn't counted if the connection was refused before. */
    void close(DisconnectReason reason, String detail) {
        if (!open) {
            return;
        }
        open = false;
        setup.closed();
        if (!setup.isRefused()) {
            context.disconnectMetrics().closed(reason, detail, this);
        }
        if (session != null) {
            session.flush(); // publish what was received before the protocol violation
            session.close();
        }
        input.release();
        output.release();
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("zeromq close failed peer={}", this, e);
        }
        loop.remove(this);
    }

    @Override
    public void ready() {
        if (loop.isCurrent()) {
            queueWrite();
        } else {
            loop.execute(this::queueWrite);
        }
    }

    @Override
    public void resume() {
        loop.execute(() -> {
            paused = false;
            resumeInput();
        });
    }

    @Override
    public void renewed(Login renewed) {
        loop.execute(() -> {
            login = renewed;
            if (peer != null) {
                peer.renewed(renewed);
            }
        });
    }

    @Override
    public void ended(CloseReason reason) {
        loop.execute(() -> close(DisconnectReason.ENDED, reason.toString()));
    }

    @Override
    public String toString() {
        InetSocketAddress address = setup.address();
        String from = IpAddress.inUrl(address.getAddress()) + ":" + address.getPort();
        return login == null ? from : login.user() + "@" + from;
    }
}
