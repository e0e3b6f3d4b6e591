package io.datahub.websocket;

import io.datahub.api.Refusal;
import io.datahub.api.log.LogText;
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
 * The connection of one client. Frames are read one at a time, the next one only after the reply to the previous one
 * was written, so that a client that doesn't read can't make the hub buffer replies.
 */
final class WebSocketConnection implements FrameHandler, WebSocketClient {

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);
    private static final int ENVELOPE_BYTES = 64 * 1024;

    private final WebSocketEndpoint endpoint;
    private final Subprotocol subprotocol;
    private final Optional<Login> login;
    private final Origin origin;
    private final QuerySubscription query;
    private final Runnable loggedIn;
    private final MessageAssembler assembler;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicInteger buffered = new AtomicInteger();
    private volatile boolean pinged;
    private CoreSession socket;
    private MessageHandler messageHandler;

    /**
     * @param login the login, if the request was authenticated
     * @param origin the client's address and transport
     * @param query the subscription in the query of its request
     * @param loggedIn run when the client authenticates after its request
     */
    WebSocketConnection(
            WebSocketEndpoint endpoint,
            Subprotocol subprotocol,
            Optional<Login> login,
            Origin origin,
            QuerySubscription query,
            Runnable loggedIn) {
        this.endpoint = endpoint;
        this.subprotocol = subprotocol;
        this.login = login;
        this.origin = origin;
        this.query = query;
        this.loggedIn = loggedIn;
        int max = endpoint.configuration().maxMessageBytes();
        long asBase64 = max * 4L / 3 + ENVELOPE_BYTES;
        assembler = new MessageAssembler((int) Math.min(Integer.MAX_VALUE - 8, asBase64), max + ENVELOPE_BYTES);
    }

    @Override
    public void onOpen(CoreSession opened, Callback callback) {
        socket = opened;
        messageHandler = new MessageHandler(endpoint, this, origin, subprotocol, query);
        messageHandler.setSender(endpoint.sender(opened, subprotocol, messageHandler::sessionEnded));
        socket.addIdleTimeoutListener(this::idle);
        callback.succeeded();
        if (endpoint.register(this)) {
            messageHandler.start(login);
        } else {
            refuse(CloseStatus.SHUTDOWN, "the hub is stopping");
        }
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        pinged = false;
        switch (frame.getOpCode()) {
            case OpCode.PING -> {
                ByteBuffer echo = BufferUtil.copy(frame.getPayload());
                callback.succeeded();
                socket.sendFrame(new Frame(OpCode.PONG, echo), Callback.from(this::demand), false);
            }
            case OpCode.CLOSE -> callback.succeeded();
            case OpCode.TEXT, OpCode.BINARY, OpCode.CONTINUATION -> {
                Optional<MessageAssembler.Defect> defect =
                        closing.get() ? Optional.empty() : assembler.add(frame, messageHandler.isUnauthenticated());
                callback.succeeded();
                updateBuffered(assembler.bufferedBytes());
                if (defect.isPresent()) {
                    refuse(defect.get());
                } else if (frame.isFin() && !closing.get()) {
                    received();
                } else {
                    demand();
                }
            }
            default -> {
                callback.succeeded();
                demand();
            }
        }
    }

    @Override
    public void loggedIn() {
        loggedIn.run();
    }

    private void received() {
        byte[] message = assembler.message();
        updateBuffered(0);
        if (!assembler.isBinary()) {
            messageHandler.text(message);
        } else if (subprotocol == Subprotocol.BINARY) {
            messageHandler.binary(message);
        } else {
            refuse(CloseStatus.BAD_DATA, "binary frames require the subprotocol " + Subprotocol.BINARY.subprotocol());
        }
    }

    private void refuse(MessageAssembler.Defect defect) {
        switch (defect) {
            case TOO_LONG -> refuse(CloseStatus.MESSAGE_TOO_LARGE, "the message exceeds the size limit");
            case NOT_UTF8 -> refuse(CloseStatus.BAD_PAYLOAD, "the text message isn't valid UTF-8");
        }
    }

    @Override
    public void demand() {
        socket.demand();
    }

    @Override
    public void reply(Optional<String> id, Optional<Refusal> refusal) {
        subprotocol.reply(id, refusal).ifPresentOrElse(json -> send(json, Callback.from(this::demand)), this::demand);
    }

    @Override
    public void replySubscribed(Optional<String> id, List<String> granted) {
        subprotocol
                .subscribed(id, granted)
                .ifPresentOrElse(json -> send(json, Callback.from(this::demand)), this::demand);
    }

    @Override
    public void send(String json, Callback written) {
        socket.sendFrame(new Frame(OpCode.TEXT, json), written, false);
    }

    /**
     * Sends a ping on the first idle timeout and aborts the connection on the second; always returns false, so that
     * Jetty doesn't close it.
     */
    private boolean idle(WebSocketTimeoutException timeout) {
        if (pinged) {
            LOG.debug("event=websocket.connection.timed-out client={}", LogText.quoted(origin));
            endpoint.execute(socket::abort);
        } else {
            pinged = true;
            socket.sendFrame(new Frame(OpCode.PING), Callback.NOOP, false);
        }
        return false;
    }

    @Override
    public void refuse(int code, String reason) {
        close(code, reason);
        demand();
    }

    private void updateBuffered(int bytes) {
        int now = closing.get() ? 0 : bytes;
        endpoint.addBuffered(now - buffered.getAndSet(now));
    }

    @Override
    public int bufferedBytes() {
        return buffered.get();
    }

    @Override
    public void close(int code, String reason) {
        if (closing.compareAndSet(false, true)) {
            updateBuffered(0);
            messageHandler.end();
            endpoint.schedule(endpoint.configuration().closeMillis(), socket::abort);
            socket.close(code, reason, Callback.NOOP);
        }
    }

    @Override
    public void onError(Throwable cause, Callback callback) {
        LOG.debug(
                "event=websocket.connection.failed client={} reason={}", LogText.quoted(origin), LogText.quoted(cause));
        callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
        closing.set(true);
        updateBuffered(0);
        messageHandler.end();
        endpoint.unregister(this);
        callback.succeeded();
    }
}
