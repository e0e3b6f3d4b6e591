package io.datahub.karaf;

import java.nio.charset.StandardCharsets;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMonitor;

/** ZeroMQ sockets of an independent implementation, JeroMQ. */
final class ZeromqClient implements AutoCloseable {

    private final ZContext context = new ZContext();
    private final ZMQ.Socket socket;
    private Thread receiver;
    private ZMonitor monitor;
    private volatile boolean closed;

    private ZeromqClient(SocketType type, String user, String token) {
        socket = context.createSocket(type);
        socket.setPlainUsername(user);
        socket.setPlainPassword(token);
        socket.setLinger(0);
        socket.setHandshakeIvl(2_000); // JeroMQ 0.6.0 sometimes connects and then sends nothing
    }

    static ZeromqClient publisher(Hub hub, String user, String token) {
        ZeromqClient client = new ZeromqClient(SocketType.PUB, user, token);
        client.socket.connect("tcp://127.0.0.1:" + hub.zeromqPort());
        return client;
    }

    static ZeromqClient subscriber(Hub hub, String user, String token, Heard received, String... prefixes) {
        ZeromqClient client = new ZeromqClient(SocketType.SUB, user, token);
        for (String prefix : prefixes) {
            client.socket.subscribe(prefix);
        }
        client.socket.setReceiveTimeOut(100);
        client.monitor = new ZMonitor(client.context, client.socket);
        client.monitor.add(ZMonitor.Event.DISCONNECTED).start();
        client.socket.connect("tcp://127.0.0.1:" + hub.zeromqPort());
        client.receiver = new Thread(() -> client.receive(received), "zeromq-subscriber");
        client.receiver.start();
        return client;
    }

    private void receive(Heard received) {
        while (!closed) {
            String topic = socket.recvStr();
            if (topic != null) {
                received.add(topic, socket.recv());
            }
            if (monitor.nextEvent(0) != null) {
                received.end();
            }
        }
    }

    void publish(String topic, String payload) {
        socket.sendMore(topic);
        socket.send(payload.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        closed = true;
        try {
            if (receiver != null) {
                receiver.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        context.close();
    }
}
