package io.datahub.zeromq;

import io.datahub.api.Result;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.log.LogText;
import io.datahub.api.net.IpAddress;
import io.datahub.api.net.ProxyProtocol;
import io.datahub.api.user.Login;
import io.datahub.zeromq.buffer.Input;
import io.datahub.zeromq.buffer.InputHandler;
import io.datahub.zeromq.curve.CurveMessageDecoder;
import io.datahub.zeromq.curve.CurveMessageEncoder;
import io.datahub.zeromq.curve.CurveSessionKeys;
import io.datahub.zeromq.zmtp.ConnectionContext;
import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.Handshake;
import io.datahub.zeromq.zmtp.MessageDecoder;
import io.datahub.zeromq.zmtp.ProtocolException;
import io.datahub.zeromq.zmtp.ProtocolState;
import io.datahub.zeromq.zmtp.SocketType;
import io.datahub.zeromq.zmtp.ZmtpGreeting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer's connection, from the greeting until it is closed. Runs on the thread of its loop; calls from the broker
 * are dispatched to that thread. One class, although it is long: each read and each write passes through it, and what
 * stops and resumes them is the state of this one connection. Its collaborators know it by the interfaces only.
 */
final class Connection
        implements EventSink,
                ConnectionContext,
                PeerContext,
                InputHandler,
                PendingHandshakes.Pending,
                EventLoop.ChannelHandler,
                EventLoop.Writer {

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final EventLoop loop;
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

    /** Whether the last event is pending; the input after it is held back until then. */
    private boolean suspended;

    private final Runnable onCompleted;

    /** @throws IOException if the peer has disconnected already */
    Connection(EventLoop loop, EndpointContext context, SocketChannel channel) throws IOException {
        this.loop = loop;
        this.context = context;
        this.channel = channel;
        onCompleted = () -> loop.execute(this::pendingCompleted);
        setup = new ConnectionSetup(this, context, (InetSocketAddress) channel.getRemoteAddress(), loop.now());
        state = setup.initialState();
        key = loop.register(channel, this);
        input = new Input(this, context.largeMessages(), loop::readBuffer);
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
            onException(e);
        }
    }

    private void onException(Exception cause) {
        if (cause instanceof ProtocolException violation) {
            onViolation(violation);
        } else if (cause instanceof IOException) {
            close(DisconnectReason.LOST, cause.getMessage());
        } else {
            LOG.error("event=zeromq.connection.failed peer={}", this, cause);
            close(DisconnectReason.FAILED, cause.toString());
        }
    }

    /**
     * A peer that speaks ZMTP but can't authenticate will reconnect, so its connection is closed with a delay. A peer
     * that doesn't speak ZMTP is disconnected at once.
     */
    private void onViolation(ProtocolException violation) {
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

    @Override
    public int process(SharedBuffer buffer, int from, int to) throws ProtocolException {
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

    @Override
    public long expectedBytes() {
        return state.expectedBytes();
    }

    @Override
    public void forwarded(ProxyProtocol.Header header) throws ProtocolException {
        setup.forwarded(header);
        awaitGreeting();
    }

    @Override
    public void awaitGreeting() {
        state = new ZmtpGreeting(this);
    }

    @Override
    public void greetingReceived(String mechanism, boolean supportsPing) throws ProtocolException {
        heartbeat = new Heartbeat(supportsPing, loop.now());
        state = setup.handshake(mechanism);
    }

    @Override
    public void authenticated(Login verified, SocketType type) {
        login = verified;
        setup.succeeded();
        context.handshakes().remove(this);
        Optional<CurveSessionKeys> encryption = setup.sessionKeys(loop.keyStreamBatch());
        session = context.broker().open(verified, this);
        ZeromqSettings settings = context.settings();
        encryption.ifPresent(keys -> output.encrypt(new CurveMessageEncoder(keys)));
        peer = newPeer(type, settings);
        MessageDecoder decoder = new MessageDecoder(peer, settings.maxFrames() + peer.maxEnvelopeFrames());
        state = encryption
                .<ProtocolState>map(keys -> new CurveMessageDecoder(decoder, keys))
                .orElse(decoder);
        LOG.debug("event=zeromq.connection.authenticated peer={} socket={}", this, type);
    }

    private Peer newPeer(SocketType type, ZeromqSettings settings) {
        int maxMessageBytes = settings.maxMessageBytes();
        return switch (type) {
            case SUB, XSUB -> new SubscribingPeer(this, session);
            case PUB, XPUB -> new PublishingPeer(this, session, maxMessageBytes, true);
            case PUSH -> new PublishingPeer(this, session, maxMessageBytes, false);
            case REQ, DEALER -> new RequestingPeer(this, session, settings, context.history());
        };
    }

    /**
     * Closes the connection with a delay and sends no ERROR: a client that receives an ERROR never reconnects, and one
     * that is disconnected at once reconnects too often.
     */
    @Override
    public void refuse(DisconnectReason reason, String detail) {
        context.disconnectMetrics().closed(reason, detail, this);
        setup.refuse(loop.now());
        context.handshakes().failed(this, context.settings());
        updateInterest();
    }

    @Override
    public void evict() {
        loop.execute(() -> {
            if (session == null) {
                close(DisconnectReason.TOO_MANY_HANDSHAKES, DisconnectReason.TOO_MANY_HANDSHAKES.text());
            }
        });
    }

    @Override
    public void refused(String topic, Published result) {
        context.disconnectMetrics().refused(this, topic, result);
    }

    @Override
    public void setPeerTimeout(int tenths) {
        heartbeat.setPeerTimeout(tenths);
    }

    @Override
    public void send(ByteBuffer bytes) {
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

    @Override
    public void writePending() {
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
            onException(e);
        }
    }

    @Override
    public Runnable onCompleted() {
        return onCompleted;
    }

    @Override
    public void suspend() {
        suspended = true;
    }

    @Override
    public void runBlocking(Executor executor, Supplier<Runnable> task) {
        suspended = true;
        executor.execute(() -> {
            Runnable next = outcome(task);
            loop.execute(() -> resumeWith(next));
        });
    }

    private Runnable outcome(Supplier<Runnable> task) {
        try {
            return task.get();
        } catch (RuntimeException e) {
            return () -> onException(e);
        }
    }

    private void resumeWith(Runnable next) {
        if (open) {
            suspended = false;
            next.run();
            resumeInput();
        }
    }

    @Override
    public void showCursors(boolean show) {
        output.showCursors(show);
    }

    @Override
    public boolean isSuspended() {
        return suspended;
    }

    private void pendingCompleted() {
        if (!open) {
            return;
        }
        suspended = false;
        try {
            peer.completed(session.completed());
            paused |= !session.flush() && peer.appliesBackpressure();
        } catch (RuntimeException e) {
            onException(e);
        }
        resumeInput();
    }

    @Override
    public void await(CompletionStage<Result<Login>> authentication, ConnectionContext.Continuation next) {
        suspended = true;
        authentication.thenAccept(result -> loop.execute(() -> authenticated(result, next)));
    }

    private void authenticated(Result<Login> result, ConnectionContext.Continuation next) {
        if (!open || setup.isRefused()) {
            return;
        }
        suspended = false;
        try {
            next.accept(result);
        } catch (ProtocolException | RuntimeException e) {
            onException(e);
        }
        if (setup.isRefused()) {
            input.release();
        } else {
            resumeInput();
        }
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
            onException(e);
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

    @Override
    public void outOfMemory() {
        loop.execute(() -> close(DisconnectReason.OUT_OF_MEMORY, DisconnectReason.OUT_OF_MEMORY.text()));
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    /** Closes the connection now. The reason isn't counted if the connection was refused before. */
    void close(DisconnectReason reason, String detail) {
        if (!open) {
            return;
        }
        open = false;
        context.handshakes().remove(this);
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
            LOG.debug("event=zeromq.connection.close-failed peer={} reason={}", this, LogText.quoted(e), e);
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
