package io.datahub.websocket;

import io.datahub.api.Refusal;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.exception.WebSocketTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection. Frames come one at a time, the next one only after the answer to the one before was written, so
 * a client that doesn't read can't make the hub keep its answers.
 */
final class WebSocketConnection implements FrameHandler {

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);
    private static final int ROOM_AROUND_PAYLOAD = 64 * 1024;

    private final WebSocketEndpoint gateway;
    private final Subprotocol dialect;
    private final Optional<Login> door;
    private final Origin origin;
    private final QuerySubscription wishes;
    private final Runnable loggedIn;
    private final MessageAssembler assembler;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicInteger held = new AtomicInteger();
    private volatile boolean pinged;
    private CoreSession socket;
    private MessageHandler conversation;

    /**
     * @param door who the client is, if its request said so
     * @param origin where it is
     * @param wishes what its request asked for
     * @param loggedIn to be run when it says who it is after its request
     */
    WebSocketConnection(
            WebSocketEndpoint gateway,
            Subprotocol dialect,
            Optional<Login> door,
            Origin origin,
            QuerySubscription wishes,
            Runnable loggedIn) {
        this.gateway = gateway;
        this.dialect = dialect;
        this.door = door;
        this.origin = origin;
        this.wishes = wishes;
        this.loggedIn = loggedIn;
        int max = gateway.configuration().maxMessageBytes();
        long asBase64 = max * 4L / 3 + ROOM_AROUND_PAYLOAD;
        assembler = new MessageAssembler((int) Math.min(Integer.MAX_VALUE - 8, asBase64), max + ROOM_AROUND_PAYLOAD);
    }

    @Override
    public void onOpen(CoreSession opened, Callback callback) {
        socket = opened;
        conversation = new MessageHandler(gateway, this, origin, dialect, wishes);
        conversation.feedFrom(gateway.feed(opened, dialect, conversation::ended));
        socket.addIdleTimeoutListener(this::idle);
        callback.succeeded();
        if (gateway.enter(this)) {
            conversation.begin(door);
        } else {
            refuse(CloseStatus.SHUTDOWN, "the hub stops");
        }
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        pinged = false;
        switch (frame.getOpCode()) {
            case OpCode.PING -> {
                ByteBuffer echo = BufferUtil.copy(frame.getPayload());
                callback.succeeded();
                socket.sendFrame(new Frame(OpCode.PONG, echo), Callback.from(this::listen), false);
            }
            case OpCode.CLOSE -> callback.succeeded();
            case OpCode.TEXT, OpCode.BINARY, OpCode.CONTINUATION -> {
                Optional<MessageAssembler.Fault> fault =
                        closing.get() ? Optional.empty() : assembler.add(frame, conversation.isWithStranger());
                callback.succeeded();
                hold(assembler.heldBytes());
                if (fault.isPresent()) {
                    refuse(fault.get());
                } else if (frame.isFin() && !closing.get()) {
                    received();
                } else {
                    listen();
                }
            }
            default -> {
                callback.succeeded();
                listen();
            }
        }
    }

    /** It has said who it is. */
    void loggedIn() {
        loggedIn.run();
    }

    private void received() {
        byte[] message = assembler.message();
        hold(0);
        if (!assembler.isBinary()) {
            conversation.text(message);
        } else if (dialect == Subprotocol.BINARY) {
            conversation.binary(message);
        } else {
            refuse(CloseStatus.BAD_DATA, "binary frames need the subprotocol " + Subprotocol.BINARY.subprotocol());
        }
    }

    private void refuse(MessageAssembler.Fault fault) {
        switch (fault) {
            case TOO_LONG -> refuse(CloseStatus.MESSAGE_TOO_LARGE, "the message is larger than the hub takes");
            case NO_UTF8 -> refuse(CloseStatus.BAD_PAYLOAD, "a text message is UTF-8");
        }
    }

    /** Asks for the next frame; to be called once for each frame, when all that it led to is done. */
    void listen() {
        socket.demand();
    }

    /** Answers a message, if there is something to say, and listens. */
    void answer(Optional<String> id, Optional<Refusal> refusal) {
        dialect.answer(id, refusal).ifPresentOrElse(said -> tell(said, Callback.from(this::listen)), this::listen);
    }

    /** Answers a message that subscribed, and listens. */
    void answerSubscribed(Optional<String> id, List<String> granted) {
        dialect.subscribed(id, granted).ifPresentOrElse(said -> tell(said, Callback.from(this::listen)), this::listen);
    }

    /** Says something. */
    void tell(String json, Callback written) {
        socket.sendFrame(new Frame(OpCode.TEXT, json), written, false);
    }

    /** Sends a ping at first and cuts a connection that stays silent; never leaves it to the server to close it. */
    private boolean idle(WebSocketTimeoutException timeout) {
        if (pinged) {
            LOG.debug("client={} event=silent", origin);
            gateway.soon(socket::abort);
        } else {
            pinged = true;
            socket.sendFrame(new Frame(OpCode.PING), Callback.NOOP, false);
        }
        return false;
    }

    /** Answers a message with good-bye and listens for the client's own. */
    void refuse(int code, String reason) {
        close(code, reason);
        listen();
    }

    private void hold(int bytes) {
        int now = closing.get() ? 0 : bytes;
        gateway.holds(now - held.getAndSet(now));
    }

    /** How much there is of a message that came in part. */
    int heldBytes() {
        return held.get();
    }

    /** Says good-bye, and cuts the connection if the client's own good-bye doesn't come in time. For any thread. */
    void close(int code, String reason) {
        if (closing.compareAndSet(false, true)) {
            hold(0);
            conversation.end();
            gateway.later(gateway.configuration().closeMillis(), socket::abort);
            socket.close(code, reason, Callback.NOOP);
        }
    }

    @Override
    public void onError(Throwable cause, Callback callback) {
        LOG.debug("client={} event=failed cause={}", origin, cause.toString());
        callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
        closing.set(true);
        hold(0);
        conversation.end();
        gateway.leave(this);
        callback.succeeded();
    }
}
