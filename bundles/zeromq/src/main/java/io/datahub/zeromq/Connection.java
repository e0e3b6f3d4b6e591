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
 * One peer's connection, from its greeting to its end. Everything runs on its loop's thread, except for what the broker
 * calls, which is handed over to it.
 */
final class Connection implements EventSink, Loop.Selected {

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final Loop loop;
    private final EndpointContext reception;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final Input input;
    private final Output output;

    private final ConnectionSetup entrance;

    private ProtocolState stage;
    private Heartbeat heartbeat;
    private Session session;
    private Peer peer;
    private Login login;

    private boolean open = true;
    private boolean paused;
    private boolean queued;

    /** Whether its last event is being validated, so that what came behind it waits. */
    private boolean suspended;

    private final Runnable whenDecided;

    /** @throws IOException if the peer is gone already */
    Connection(Loop loop, EndpointContext reception, SocketChannel channel) throws IOException {
        this.loop = loop;
        this.reception = reception;
        this.channel = channel;
        whenDecided = () -> loop.execute(this::decided);
        entrance = new ConnectionSetup(this, reception, (InetSocketAddress) channel.getRemoteAddress(), loop.now());
        stage = entrance.firstStage();
        key = loop.register(channel, this);
        input = new Input(this, reception.receiving(), loop::area);
        output = new Output(channel, loop.scratch());
        heartbeat = new Heartbeat(false, loop.now());
        send(ZmtpGreeting.opening());
        reception.handshakes().begun(this, reception.settings());
    }

    @Override
    public void selected(int ready) {
        try {
            if ((ready & SelectionKey.OP_WRITE) != 0) {
                queue();
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

    /** Who speaks ZMTP but can't log in tries again, so that is answered late; who doesn't has nothing to wait for. */
    private void fail(ProtocolException violation) {
        DisconnectReason reason = violation.reason();
        if (stage instanceof Handshake
                || reason == DisconnectReason.OLD_VERSION
                || reason == DisconnectReason.UNKNOWN_MECHANISM) {
            refuse(reason, violation.getMessage());
            input.release();
        } else {
            close(reason, violation.getMessage());
        }
    }

    private void read() throws IOException, ProtocolException {
        heartbeat.heard(loop.now());
        if (!input.read(channel)) {
            close(DisconnectReason.PEER, DisconnectReason.PEER.text());
        } else if (entrance.isRefused()) {
            input.release();
        }
    }

    /** Takes what came in; answers behind what was taken. */
    int take(SharedBuffer buffer, int from, int to) throws ProtocolException {
        int at = from;
        ProtocolState before;
        do {
            before = stage;
            at = at < to ? stage.read(buffer, at, to) : at;
        } while (stage != before && !entrance.isRefused());
        if (session != null) {
            paused = !session.flush() && peer.waits();
            interest();
        }
        return at;
    }

    /** See {@link ProtocolState#wanted}. */
    long wanted() {
        return stage.wanted();
    }

    /** See {@link ConnectionSetup#forwarded}. */
    void forwarded(ProxyProtocol.Header header) throws ProtocolException {
        entrance.forwarded(header);
        awaitGreeting();
    }

    /** Nothing comes before the peer's greeting, or not any more. */
    void awaitGreeting() {
        stage = new ZmtpGreeting(this);
    }

    /** The peer's greeting has come. */
    void greeted(String mechanism, boolean knowsPing) throws ProtocolException {
        heartbeat = new Heartbeat(knowsPing, loop.now());
        stage = entrance.handshake(mechanism);
    }

    /** The handshake is over. */
    void loggedIn(Login proved, SocketType type, Optional<CurveBoxes> boxes) {
        login = proved;
        entrance.passed();
        session = reception.broker().open(proved, this);
        ZeromqSettings settings = reception.settings();
        boxes.ifPresent(own -> output.seal(new CurveMessageEncoder(own)));
        peer = Peer.of(type, this, session, settings);
        MessageDecoder traffic = new MessageDecoder(peer, settings.maxFrames() + peer.maxEnvelopeFrames());
        stage = boxes.<ProtocolState>map(own -> new CurveMessageDecoder(traffic, own))
                .orElse(traffic);
        LOG.debug("zeromq connected peer={} socket={}", this, type);
    }

    /** Closes it later and says nothing: a client that gets an ERROR never tries again, one that is closed at once often. */
    void refuse(DisconnectReason reason, String detail) {
        reception.closures().closed(reason, detail, this);
        entrance.refuse(loop.now());
        interest();
    }

    /** Closes it soon, since it isn't logged in and others want to be; for any thread. */
    void giveWay() {
        loop.execute(() -> {
            if (session == null) {
                close(DisconnectReason.TOO_MANY_HANDSHAKES, DisconnectReason.TOO_MANY_HANDSHAKES.text());
            }
        });
    }

    /** The first message of the peer that isn't carried. */
    void refused(String topic, Published why) {
        reception.closures().refused(this, topic, why);
    }

    /** The peer itself wants to be taken for gone after such a silence. */
    void expectWithin(int tenths) {
        heartbeat.expectWithin(tenths);
    }

    /** Sends something of the hub's own. */
    void send(ByteBuffer bytes) {
        output.add(bytes);
        queue();
    }

    /** Puts it among those that have something to write. */
    private void queue() {
        if (!queued) {
            queued = true;
            loop.queue(this);
        }
    }

    /** Writes what there is. */
    void pump() {
        queued = false;
        if (!open) {
            return;
        }
        try {
            Output.State state = output.write(session);
            if (state == Output.State.MORE) {
                queue();
            }
            interest(state == Output.State.BLOCKED);
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    /** What is to be called when validators have decided about an event of its own, on any thread. */
    Runnable whenDecided() {
        return whenDecided;
    }

    /** Its event is being validated: what came behind it waits, and nothing more is read until that is decided. */
    void suspend() {
        suspended = true;
    }

    boolean isSuspended() {
        return suspended;
    }

    private void decided() {
        if (!open) {
            return;
        }
        suspended = false;
        try {
            peer.decided(session.validated());
            paused |= !session.flush() && peer.waits();
        } catch (RuntimeException e) {
            failed(e);
        }
        goOn();
    }

    /** Takes what waited, unless there is another reason to wait, and reads on. */
    private void goOn() {
        if (!open) {
            return;
        }
        heartbeat.heard(loop.now());
        try {
            if (!suspended && !paused) {
                input.resume();
            }
            interest();
        } catch (ProtocolException | RuntimeException e) {
            failed(e);
        }
    }

    private boolean mayRead() {
        return open && !entrance.isRefused() && !paused && !suspended && !output.isClogged();
    }

    private void interest() {
        interest((key.isValid() ? key.interestOps() & SelectionKey.OP_WRITE : 0) != 0);
    }

    private void interest(boolean writing) {
        int wanted = (mayRead() ? SelectionKey.OP_READ : 0) | (writing ? SelectionKey.OP_WRITE : 0);
        if (key.isValid() && key.interestOps() != wanted) {
            key.interestOps(wanted);
        }
    }

    @Override
    public void stop() {
        close(DisconnectReason.STOPPED, DisconnectReason.STOPPED.text());
    }

    @Override
    public boolean tick(long now) {
        ZeromqSettings settings = reception.settings();
        if (entrance.isOverdue(now)) {
            close(DisconnectReason.HANDSHAKE_TIMEOUT, DisconnectReason.HANDSHAKE_TIMEOUT.text());
        } else if (peer != null && mayRead() && heartbeat.isGone(settings, now)) {
            close(DisconnectReason.IDLE, DisconnectReason.IDLE.text());
        } else if (peer != null && heartbeat.asks(settings, now)) {
            send(Heartbeat.ping(settings));
        }
        return open && peer == null;
    }

    /** Closes whoever holds the most memory if all together hold too much. */
    void keepReceivingBound() throws ProtocolException {
        if (reception.receiving().bytes() > reception.settings().maxReceivingBytes()) {
            Connection largest = reception.receiving().largest().orElse(this);
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

    /** Closes it now. The reason isn't counted if it was refused before. */
    void close(DisconnectReason reason, String detail) {
        if (!open) {
            return;
        }
        open = false;
        entrance.left();
        if (!entrance.isRefused()) {
            reception.closures().closed(reason, detail, this);
        }
        if (session != null) {
            session.flush(); // what came before it broke a rule counts
            session.close();
        }
        input.release();
        output.release();
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("zeromq close failed peer={}", this, e);
        }
        loop.forget(this);
    }

    @Override
    public void ready() {
        if (loop.isCurrent()) {
            queue();
        } else {
            loop.execute(this::queue);
        }
    }

    @Override
    public void resume() {
        loop.execute(() -> {
            paused = false;
            goOn();
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
        InetSocketAddress address = entrance.address();
        String from = IpAddress.inUrl(address.getAddress()) + ":" + address.getPort();
        return login == null ? from : login.user() + "@" + from;
    }
}
