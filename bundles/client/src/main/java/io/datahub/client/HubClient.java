package io.datahub.client;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/**
 * A client that is logged in to a hub. It connects again by itself when the connection is lost or the hub restarts; what
 * happened meanwhile is lost, as events are. For any thread.
 */
public final class HubClient implements AutoCloseable {

    /** How long to wait for the hub unless told otherwise. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final byte[] DELIMITER = {};
    private static final int SLICE_MILLIS = 100;

    /** So often the hub may end the connection before the client takes it that it isn't let in. */
    private static final int TRIES = 2;

    private static final byte[] OK = {'O', 'K'};

    private final Sockets sockets;
    private final SocketMonitor line = new SocketMonitor();

    // guarded by this
    private final ZMQ.Socket requests;
    private long lastRequest;
    private boolean closed;

    private HubClient(Sockets sockets) {
        this.sockets = sockets;
        requests = sockets.make(SocketType.DEALER, line, this::closeRequests);
        requests.setReceiveTimeOut(SLICE_MILLIS);
        requests.setImmediate(false); // what can't go out now isn't to go out later
        sockets.connect(requests);
    }

    /**
     * Connects and logs in, waiting for {@link #PATIENCE} at most.
     *
     * @param address such as {@code tcp://127.0.0.1:5555}
     * @throws HubUnavailableException if nobody is there, or the client isn't let in
     */
    public static HubClient connect(String address, Credential credential) throws HubUnavailableException {
        return connect(address, credential, PATIENCE);
    }

    /**
     * Connects and logs in.
     *
     * @param patience how long to wait, for this and for each answer
     * @throws HubUnavailableException if nobody is there, or the client isn't let in
     * @throws IllegalArgumentException if the address is malformed
     */
    public static HubClient connect(String address, Credential credential, Duration patience)
            throws HubUnavailableException {
        Sockets sockets = new Sockets(address, credential, patience);
        try {
            HubClient client = new HubClient(sockets);
            client.awaitLogin();
            return client;
        } catch (HubUnavailableException | RuntimeException e) {
            sockets.close();
            throw e;
        }
    }

    /** Whoever is logged in is told that an empty request is none; nobody else is told anything. */
    private synchronized void awaitLogin() throws HubUnavailableException {
        long deadline = deadline();
        while (line.ends() < TRIES && System.nanoTime() < deadline) {
            if (requests.send(DELIMITER, ZMQ.DONTWAIT)
                    && !receive(deadlineIn(Duration.ofSeconds(1))).isEmpty()) {
                return;
            }
            requests.recv(); // nothing comes: this waits a moment
        }
        throw new HubUnavailableException(
                line.isReached()
                        ? "The hub at " + sockets.address() + " doesn't let " + sockets.credential()
                                + " in: check user and token, or keys; the hub's log has the reason."
                        : "No hub answers at " + sockets.address() + ": start it, or correct the address.");
    }

    /**
     * Publishes an event and waits for the hub's answer.
     *
     * @param topic UTF-8 without NUL, 1 to 4,200 bytes
     * @param more frames that are carried along
     * @throws HubUnavailableException if there is no connection, and the event wasn't published; or if no answer came, and
     *     it may have been
     */
    public synchronized Answer publish(String topic, byte[] payload, byte[]... more) throws HubUnavailableException {
        return answer(request(topic, payload, more));
    }

    /**
     * What a subscription to these prefixes brings now: the hub cuts it down to what is granted.
     *
     * @return the topic prefixes that are granted; empty if none is; nothing if the hub is too old to say
     * @throws HubUnavailableException if there is no connection, or no answer came
     */
    public synchronized Optional<List<String>> granted(String... prefixes) throws HubUnavailableException {
        byte[][] frames = Arrays.stream(prefixes)
                .map(prefix -> prefix.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        if (frames.length == 0) {
            return Optional.of(List.of());
        }
        List<byte[]> answer = request("hub.granted", frames[0], Arrays.copyOfRange(frames, 1, frames.length));
        return Arrays.equals(answer.get(0), OK)
                ? Optional.of(answer.stream()
                        .skip(1)
                        .map(frame -> new String(frame, StandardCharsets.UTF_8))
                        .toList())
                : Optional.empty();
    }

    private List<byte[]> request(String topic, byte[] payload, byte[]... more) throws HubUnavailableException {
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
        byte[] id = ByteBuffer.allocate(Long.BYTES).putLong(++lastRequest).array();
        if (!requests.send(id, ZMQ.SNDMORE)) {
            throw new HubUnavailableException("The connection to the hub at " + sockets.address()
                    + " is lost; the event on " + topic + " wasn't published.");
        }
        requests.send(DELIMITER, ZMQ.SNDMORE);
        send(requests, topic, payload, more);
        long deadline = deadline();
        List<byte[]> answer = receive(deadline);
        while (!answer.isEmpty() && !Arrays.equals(answer.get(0), id)) {
            answer = receive(deadline); // that one came too late for its request
        }
        if (answer.size() < 3) {
            throw new HubUnavailableException("The hub at " + sockets.address() + " didn't answer within "
                    + sockets.patience().toMillis() + " ms; the event on " + topic
                    + " may have been published or not.");
        }
        return answer.subList(2, answer.size());
    }

    private static Answer answer(List<byte[]> frames) {
        if (Arrays.equals(frames.get(0), OK)) {
            return new Answer(Answer.ACCEPTED, "");
        }
        String status = frames.size() > 1 ? new String(frames.get(1), StandardCharsets.UTF_8) : "";
        String detail = frames.size() > 2 ? new String(frames.get(2), StandardCharsets.UTF_8) : "";
        return new Answer(status.matches("\\d{3}") ? Integer.parseInt(status) : 0, detail);
    }

    /** Sends what every message consists of. */
    static boolean send(ZMQ.Socket socket, String topic, byte[] payload, byte[]... more) {
        if (!socket.send(topic.getBytes(StandardCharsets.UTF_8), ZMQ.SNDMORE)) {
            return false;
        }
        socket.send(payload, more.length > 0 ? ZMQ.SNDMORE : 0);
        for (int i = 0; i < more.length; i++) {
            socket.send(more[i], i < more.length - 1 ? ZMQ.SNDMORE : 0);
        }
        return true;
    }

    /** The frames of the next answer; none if it didn't come in time. */
    private List<byte[]> receive(long deadline) {
        while (System.nanoTime() < deadline) {
            List<byte[]> frames = frames(requests);
            if (!frames.isEmpty()) {
                return frames;
            }
        }
        return List.of();
    }

    /** The frames of the next message; none if there is none for as long as the socket waits. */
    static List<byte[]> frames(ZMQ.Socket socket) {
        List<byte[]> frames = new ArrayList<>();
        byte[] frame = socket.recv();
        while (frame != null) {
            frames.add(frame);
            frame = socket.hasReceiveMore() ? socket.recv() : null;
        }
        return frames;
    }

    private long deadline() {
        return deadlineIn(sockets.patience());
    }

    private static long deadlineIn(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    /** A way to publish much without an answer to each: see {@link EventStream}. */
    public EventStream stream() {
        return new EventStream(sockets);
    }

    /**
     * Subscribes.
     *
     * @param prefixes what the topics begin with; {@code ""} is all that the user may see. None is nothing yet
     */
    public Subscription subscribe(String... prefixes) {
        return new Subscription(sockets, prefixes);
    }

    /** Closes the streams and subscriptions too. What streams have published is sent before, within the patience. */
    @Override
    public void close() {
        sockets.close();
    }

    private synchronized void closeRequests() {
        closed = true;
        sockets.close(requests);
    }
}
