package io.datahub.zeromq;

import io.datahub.api.Result;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
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
    private static final Credentials NOTHING = new Credentials.None();

    private final Loop loop;
    private final Reception reception;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final Input input;
    private final Output output;

    /** The client's; at first that of the proxy in between, where there is one. */
    private InetSocketAddress address;

    private Stage stage;
    private Heartbeat heartbeat;
    private Session session;
    private Peer peer;
    private Login login;

    /** When it is to be closed whatever comes; 0 is never. */
    private long deadline;

    /** What the peer showed to log in; forgotten once it is. */
    private Credentials shown = NOTHING;

    private boolean open = true;
    private boolean confidential;
    private boolean refused;
    private boolean paused;
    private boolean queued;

    /** @throws IOException if the peer is gone already */
    Connection(Loop loop, Reception reception, SocketChannel channel) throws IOException {
        this.loop = loop;
        this.reception = reception;
        this.channel = channel;
        address = (InetSocketAddress) channel.getRemoteAddress();
        stage = reception.settings().proxies().contains(address.getAddress())
                ? new ProxyHeader(this)
                : new Greeting(this);
        key = loop.register(channel, this);
        input = new Input(this, reception.receiving(), loop::area);
        output = new Output(channel, loop.scratch());
        heartbeat = new Heartbeat(false, loop.now());
        deadline = loop.now() + reception.settings().handshakeNanos();
        send(Greeting.opening());
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
        } catch (Violation e) {
            fail(e);
        } catch (IOException e) {
            close(Closure.LOST, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("zeromq failed peer={}", this, e);
            close(Closure.FAILED, e.toString());
        }
    }

    /** Who speaks ZMTP but can't log in tries again, so that is answered late; who doesn't has nothing to wait for. */
    private void fail(Violation violation) {
        if (stage instanceof Handshake || violation.reason() == Closure.OLD_VERSION) {
            refuse(violation.reason(), violation.getMessage());
            input.release();
        } else {
            close(violation.reason(), violation.getMessage());
        }
    }

    private void read() throws IOException, Violation {
        heartbeat.heard(loop.now());
        if (!input.read(channel)) {
            close(Closure.PEER, Closure.PEER.text());
        } else if (refused) {
            input.release();
        }
    }

    /** Takes what came in; answers behind what was taken. */
    int take(SharedBuffer buffer, int from, int to) throws Violation {
        int at = from;
        Stage before;
        do {
            before = stage;
            at = at < to ? stage.read(buffer, at, to) : at;
        } while (stage != before && !refused);
        if (session != null) {
            paused = !session.flush() && peer.waits();
            interest();
        }
        return at;
    }

    /** See {@link Stage#wanted}. */
    long wanted() {
        return stage.wanted();
    }

    /** A proxy said whom it speaks for: that is where the connection comes from, for logs, limits and users. */
    void forwarded(InetSocketAddress client) throws Violation {
        if (!reception.admission().move(address.getAddress(), client.getAddress(), reception.settings())) {
            throw new Violation(Closure.TOO_MANY_CONNECTIONS);
        }
        address = client;
        awaitGreeting();
    }

    /** Nothing comes before the peer's greeting, or not any more. */
    void awaitGreeting() {
        stage = new Greeting(this);
    }

    /** The peer's greeting has come. */
    void greeted(String mechanism, boolean knowsPing) throws Violation {
        heartbeat = new Heartbeat(knowsPing, loop.now());
        switch (mechanism) {
            case PlainMechanism.NAME -> handshake(new PlainMechanism(this::authenticate), mechanism, true);
            case NullMechanism.NAME -> handshake(new NullMechanism(this::authenticate), mechanism, false);
            case CurveMechanism.NAME -> {
                confidential = true;
                handshake(new CurveMechanism(reception.keys(), this::authenticate), mechanism, true);
            }
            default ->
                refuse(Closure.UNKNOWN_MECHANISM, "the mechanism " + Peers.printable(mechanism) + " isn't served");
        }
    }

    private void handshake(Mechanism mechanism, String name, boolean server) {
        send(Greeting.rest(name, server));
        stage = new Handshake(this, mechanism);
    }

    private Result<Login> authenticate(Credentials credentials) {
        shown = credentials;
        return reception.authenticator().authenticate(credentials, origin());
    }

    private Origin origin() {
        boolean shared = reception.settings().isShared(address.getAddress());
        return new Origin("zeromq", address.getAddress(), confidential, shared);
    }

    /** The handshake is over. */
    void loggedIn(Login proved, SocketType type, Optional<CurveBoxes> boxes) {
        login = proved;
        shown = NOTHING;
        deadline = 0;
        reception.handshakes().over(this);
        session = reception.broker().open(proved, this);
        Settings settings = reception.settings();
        boxes.ifPresent(own -> output.seal(new BoxWriter(own)));
        peer = Peer.of(type, this, session, settings.maxMessageBytes());
        Traffic traffic = new Traffic(peer, settings.maxFrames());
        stage = boxes.<Stage>map(own -> new BoxedTraffic(traffic, own)).orElse(traffic);
        LOG.debug("zeromq connected peer={} socket={}", this, type);
    }

    /** Closes it later and says nothing: a client that gets an ERROR never tries again, one that is closed at once often. */
    void refuse(Closure reason, String detail) {
        reception.closures().closed(reason, detail, this);
        refused = true;
        long penalty = reception.authenticator().penalty(shown, origin()).toNanos();
        deadline = loop.now() + Math.max(penalty, reception.settings().failCloseNanos());
        interest();
        reception.handshakes().failed(this, reception.settings());
    }

    /** Closes it soon, since it isn't logged in and others want to be; for any thread. */
    void giveWay() {
        loop.execute(() -> {
            if (session == null) {
                close(Closure.TOO_MANY_HANDSHAKES, Closure.TOO_MANY_HANDSHAKES.text());
            }
        });
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
        } catch (IOException e) {
            close(Closure.LOST, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("zeromq failed peer={}", this, e);
            close(Closure.FAILED, e.toString());
        }
    }

    private boolean mayRead() {
        return open && !refused && !paused && !output.isClogged();
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
        close(Closure.STOPPED, Closure.STOPPED.text());
    }

    @Override
    public void tick(long now) {
        Settings settings = reception.settings();
        if (deadline != 0 && now - deadline > 0) {
            close(Closure.HANDSHAKE_TIMEOUT, Closure.HANDSHAKE_TIMEOUT.text());
        } else if (peer != null && mayRead() && heartbeat.isGone(settings, now)) {
            close(Closure.IDLE, Closure.IDLE.text());
        } else if (peer != null && heartbeat.asks(settings, now)) {
            send(Heartbeat.ping(settings));
        }
    }

    /** Closes whoever holds the most memory if all together hold too much. */
    void keepReceivingBound() throws Violation {
        if (reception.receiving().bytes() > reception.settings().maxReceivingBytes()) {
            Connection largest = reception.receiving().largest().orElse(this);
            if (largest == this) {
                throw new Violation(Closure.OUT_OF_MEMORY);
            }
            largest.loop.execute(() -> largest.close(Closure.OUT_OF_MEMORY, Closure.OUT_OF_MEMORY.text()));
        }
    }

    boolean isOpen() {
        return open;
    }

    /** Closes it now. The reason isn't counted if it was refused before. */
    void close(Closure reason, String detail) {
        if (!open) {
            return;
        }
        open = false;
        reception.handshakes().over(this);
        if (!refused) {
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
        reception.admission().leave(address.getAddress());
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
            interest();
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
        loop.execute(() -> close(Closure.ENDED, reason.toString()));
    }

    @Override
    public String toString() {
        String from = address.getAddress().getHostAddress() + ":" + address.getPort();
        return login == null ? from : login.user() + "@" + from;
    }
}
