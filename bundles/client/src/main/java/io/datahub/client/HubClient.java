package io.datahub.client;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/**
 * A client that is logged in to a hub. It reconnects automatically when the connection is lost or the hub restarts;
 * events that are published while it is disconnected aren't received. Thread-safe.
 */
public final class HubClient implements AutoCloseable {

    /** The default timeout for the hub: 10 seconds. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    /** @deprecated renamed to {@link #DEFAULT_TIMEOUT} */
    @Deprecated
    public static final Duration PATIENCE = DEFAULT_TIMEOUT;

    private static final byte[] DELIMITER = {};
    private static final int POLL_MILLIS = 100;

    /** The number of disconnects during login after which the client assumes that its credentials are refused. */
    private static final int MAX_LOGIN_DISCONNECTS = 2;

    private static final byte[] OK = {'O', 'K'};

    private final Sockets sockets;
    private final SocketMonitor monitor = new SocketMonitor();

    // guarded by this
    private final ZMQ.Socket requests;
    private long lastRequest;
    private boolean closed;

    private HubClient(Sockets sockets) {
        this.sockets = sockets;
        requests = sockets.create(SocketType.DEALER, monitor, this::closeRequests);
        requests.setReceiveTimeOut(POLL_MILLIS);
        requests.setImmediate(false); // don't queue messages while disconnected
        sockets.connect(requests);
    }

    /**
     * Connects and authenticates, with the default timeout {@link #DEFAULT_TIMEOUT}.
     *
     * @param address such as {@code tcp://127.0.0.1:5555}
     * @param credential the credentials to authenticate with
     * @throws HubConnectionException if no hub answers, or the credentials are refused
     * @throws IllegalArgumentException if the address is malformed
     */
    public static HubClient connect(String address, Credential credential) throws HubConnectionException {
        return connect(address, credential, DEFAULT_TIMEOUT);
    }

    /**
     * Connects and authenticates.
     *
     * @param address such as {@code tcp://127.0.0.1:5555}
     * @param credential the credentials to authenticate with
     * @param timeout how long to wait for the login and for each reply, and for room in the send queue
     * @throws HubConnectionException if no hub answers, or the credentials are refused
     * @throws IllegalArgumentException if the address is malformed
     */
    public static HubClient connect(String address, Credential credential, Duration timeout)
            throws HubConnectionException {
        Sockets sockets = new Sockets(address, credential, timeout);
        try {
            HubClient client = new HubClient(sockets);
            client.awaitLogin();
            return client;
        } catch (HubConnectionException | RuntimeException e) {
            sockets.close();
            throw e;
        }
    }

    /** Waits for the login: an authenticated client gets an error reply to an empty request, any other gets none. */
    private synchronized void awaitLogin() throws HubConnectionException {
        long deadline = deadline();
        while (monitor.disconnects() < MAX_LOGIN_DISCONNECTS && System.nanoTime() < deadline) {
            if (requests.send(DELIMITER, ZMQ.DONTWAIT)
                    && !receive(deadlineIn(Duration.ofSeconds(1))).isEmpty()) {
                return;
            }
            requests.recv(); // expected to be empty: waits for the receive timeout
        }
        throw new HubConnectionException(
                monitor.wasConnected()
                        ? "The hub at " + sockets.address() + " refuses the credentials of " + sockets.credential()
                                + ": check user and token, or the keys; the hub's log states the reason."
                        : "No hub is reachable at " + sockets.address() + ": start it, or correct the address.");
    }

    /**
     * Publishes an event and waits for the hub's reply.
     *
     * @param topic UTF-8 without NUL, 1 to 4,200 bytes
     * @param payload the payload
     * @param more further frames, passed on unchanged
     * @return the hub's reply, also if it refused the event
     * @throws HubConnectionException if there is no connection, so that the event wasn't published; or if no reply
     *     was received within the timeout, so that the event may have been published
     * @throws IllegalStateException if the client is closed
     */
    public synchronized Reply publish(String topic, byte[] payload, byte[]... more) throws HubConnectionException {
        return toReply(request(topic, payload, more));
    }

    /**
     * Asks the hub what a subscription to these prefixes would currently receive: the hub restricts it to the user's
     * grants.
     *
     * @param prefixes topic prefixes; {@code ""} is all topics
     * @return the granted topic prefixes, an empty list if there are none; an empty Optional if the hub is too old
     *     to support the request
     * @throws HubConnectionException if there is no connection, or no reply was received within the timeout
     * @throws IllegalStateException if the client is closed
     */
    public synchronized Optional<List<String>> granted(String... prefixes) throws HubConnectionException {
        byte[][] frames = Arrays.stream(prefixes)
                .map(prefix -> prefix.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        if (frames.length == 0) {
            return Optional.of(List.of());
        }
        List<byte[]> reply = request("hub.granted", frames[0], Arrays.copyOfRange(frames, 1, frames.length));
        return Arrays.equals(reply.get(0), OK)
                ? Optional.of(reply.stream()
                        .skip(1)
                        .map(frame -> new String(frame, StandardCharsets.UTF_8))
                        .toList())
                : Optional.empty();
    }

    /**
     * Reads a page of the hub's history.
     *
     * @param since the cursor to start after, as the hub has sent it; {@code "0"} starts with the oldest event
     * @param limit the maximum number of events, 1 to 1,000
     * @param prefixes topic prefixes; none is all topics that the user may receive
     * @return the page; the hub may end it earlier, but never without an event if there are more
     * @throws HubConnectionException if there is no connection, or no reply was received within the timeout
     * @throws HistoryException if the hub refuses the request, for example since events after the cursor are gone
     * @throws IllegalStateException if the client is closed
     */
    public synchronized HistoryPage history(String since, int limit, String... prefixes)
            throws HubConnectionException, HistoryException {
        StringBuilder topics = new StringBuilder();
        for (String prefix : prefixes) {
            topics.append(topics.length() == 0 ? "" : ",").append(quoted(prefix));
        }
        String json = "{\"topic\":[" + topics + "],\"since\":" + quoted(since) + ",\"limit\":" + limit + "}";
        List<byte[]> reply = request("hub.history", json.getBytes(StandardCharsets.UTF_8));
        if (!Arrays.equals(reply.get(0), OK)) {
            Reply refusal = toReply(reply);
            String oldest = reply.size() > 3 ? new String(reply.get(3), StandardCharsets.UTF_8) : "";
            throw new HistoryException(refusal.status(), refusal.detail(), oldest);
        }
        List<String> texts = reply.stream()
                .skip(1)
                .map(frame -> new String(frame, StandardCharsets.UTF_8))
                .toList();
        return new HistoryPage(texts.subList(1, texts.size()), texts.get(0));
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            json.append(c < ' ' || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        }
        return json.append('"').toString();
    }

    private List<byte[]> request(String topic, byte[] payload, byte[]... more) throws HubConnectionException {
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
        byte[] id = ByteBuffer.allocate(Long.BYTES).putLong(++lastRequest).array();
        if (!requests.send(id, ZMQ.SNDMORE)) {
            throw new HubConnectionException("The connection to the hub at " + sockets.address()
                    + " was lost; the event on " + topic + " wasn't published.");
        }
        requests.send(DELIMITER, ZMQ.SNDMORE);
        Sockets.send(requests, topic, payload, more);
        long deadline = deadline();
        List<byte[]> reply = receive(deadline);
        while (!reply.isEmpty() && !Arrays.equals(reply.get(0), id)) {
            reply = receive(deadline); // the late reply to an earlier request
        }
        if (reply.size() < 3) {
            throw new HubConnectionException("The hub at " + sockets.address() + " didn't reply within "
                    + sockets.timeout().toMillis() + " ms; the event on " + topic
                    + " may or may not have been published.");
        }
        return reply.subList(2, reply.size());
    }

    private static Reply toReply(List<byte[]> frames) {
        if (Arrays.equals(frames.get(0), OK)) {
            return new Reply(Reply.ACCEPTED, "");
        }
        String status = frames.size() > 1 ? new String(frames.get(1), StandardCharsets.UTF_8) : "";
        String detail = frames.size() > 2 ? new String(frames.get(2), StandardCharsets.UTF_8) : "";
        return new Reply(status.matches("\\d{3}") ? Integer.parseInt(status) : 0, detail);
    }

    /** The frames of the next reply; empty if none is received before the deadline. */
    private List<byte[]> receive(long deadline) {
        while (System.nanoTime() < deadline) {
            List<byte[]> frames = Sockets.receive(requests);
            if (!frames.isEmpty()) {
                return frames;
            }
        }
        return List.of();
    }

    private long deadline() {
        return deadlineIn(sockets.timeout());
    }

    private static long deadlineIn(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    /**
     * Opens a stream, which publishes many events without waiting for a reply to each: see {@link EventStream}. It is
     * closed with the client at the latest.
     */
    public EventStream stream() {
        return new EventStream(sockets);
    }

    /**
     * Subscribes to topics.
     *
     * @param prefixes topic prefixes; {@code ""} is all topics that the user may receive. Without any prefix the
     *     subscription receives nothing until {@link Subscription#add} is called
     */
    public Subscription subscribe(String... prefixes) {
        return new Subscription(sockets, prefixes);
    }

    /**
     * Closes the client with its streams and subscriptions. Waits until events queued by the streams are sent, for the
     * client's timeout at most.
     */
    @Override
    public void close() {
        sockets.close();
    }

    private synchronized void closeRequests() {
        closed = true;
        sockets.close(requests);
    }
}
