import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** A peer of JeroMQ: see system-tests/test_zeromq.py for what it reads and prints. */
final class JeroMqPeer {

    private static final Properties SETTINGS = new Properties();

    public static void main(String[] arguments) throws Exception {
        for (String line : new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip().split("\n")) {
            int at = line.indexOf('=');
            SETTINGS.setProperty(line.substring(0, at), line.substring(at + 1));
        }
        if (setting("mode").equals("listen")) {
            listen();
            return;
        }
        for (SocketType receiving : List.of(SocketType.SUB, SocketType.XSUB)) {
            for (SocketType publishing : List.of(SocketType.PUB, SocketType.XPUB, SocketType.PUSH, SocketType.REQ, SocketType.DEALER)) {
                try {
                    mix(receiving, publishing);
                    System.out.println("ok " + publishing + " " + receiving);
                } catch (Exception e) {
                    System.out.println("FAIL " + publishing + " " + receiving + " " + e);
                }
            }
        }
        System.exit(0);
    }

    private static String setting(String key) {
        return SETTINGS.getProperty(key);
    }

    private static ZMQ.Socket socket(ZContext context, SocketType type) {
        ZMQ.Socket socket = context.createSocket(type);
        socket.setLinger(0);
        socket.setHandshakeIvl(2_000); // it sometimes connects and never says a word
        socket.setReceiveTimeOut(20_000);
        socket.setSendTimeOut(20_000);
        if (SETTINGS.containsKey("user")) {
            socket.setPlainUsername(setting("user"));
            socket.setPlainPassword(setting("token"));
        } else {
            socket.setCurvePublicKey(ZMQ.Curve.z85Decode(setting("public")));
            socket.setCurveSecretKey(ZMQ.Curve.z85Decode(setting("secret")));
            socket.setCurveServerKey(ZMQ.Curve.z85Decode(setting("server")));
        }
        return socket;
    }

    private static ZMQ.Socket subscriber(ZContext context, SocketType type, String prefix) {
        ZMQ.Socket socket = socket(context, type);
        if (type == SocketType.SUB) {
            socket.subscribe(prefix);
        }
        socket.connect(setting("address"));
        if (type == SocketType.XSUB) {
            socket.send("\u0001" + prefix);
        }
        return socket;
    }

    private static void listen() {
        try (ZContext context = new ZContext()) {
            ZMQ.Socket socket = subscriber(context, SocketType.SUB, "zq.again");
            socket.setReceiveTimeOut(200); // it subscribes again from within recv
            System.out.println("listening");
            while (true) {
                String topic = socket.recvStr();
                if (topic != null) {
                    socket.recv();
                    System.out.println(topic);
                }
            }
        }
    }

    private static byte[] payload(int i, int size) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest((setting("name") + " " + i).getBytes(StandardCharsets.UTF_8));
        byte[] payload = new byte[size];
        for (int at = 0; at < size; at += digest.length) {
            System.arraycopy(digest, 0, payload, at, Math.min(digest.length, size - at));
        }
        return payload;
    }

    private static void publish(ZMQ.Socket socket, SocketType type, byte[]... frames) {
        if (type == SocketType.DEALER) {
            socket.sendMore("");
        }
        for (int i = 0; i < frames.length; i++) {
            if (!socket.send(frames[i], i < frames.length - 1 ? ZMQ.SNDMORE : 0)) {
                throw new IllegalStateException("can't send");
            }
        }
        if (type == SocketType.REQ || type == SocketType.DEALER) {
            List<byte[]> answer = receive(socket);
            String last = new String(answer.get(answer.size() - 1), StandardCharsets.UTF_8);
            if (!last.equals("OK")) {
                throw new IllegalStateException("the answer is " + last);
            }
        }
    }

    private static List<byte[]> receive(ZMQ.Socket socket) {
        List<byte[]> frames = new ArrayList<>();
        do {
            byte[] frame = socket.recv();
            if (frame == null) {
                throw new IllegalStateException("nothing comes");
            }
            frames.add(frame);
        } while (socket.hasReceiveMore());
        return frames;
    }

    private static void mix(SocketType receiving, SocketType publishing) throws Exception {
        byte[] topic = ("zq." + setting("name") + "." + receiving + "." + publishing).getBytes(StandardCharsets.UTF_8);
        byte[] probe = "probe".getBytes(StandardCharsets.UTF_8);
        int[] sizes = Arrays.stream(setting("sizes").split(",")).mapToInt(Integer::parseInt).toArray();
        try (ZContext context = new ZContext();
                ZContext own = new ZContext()) {
            ZMQ.Socket sub = subscriber(context, receiving, new String(topic, StandardCharsets.UTF_8));
            AtomicBoolean probing = new AtomicBoolean(true);
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                try {
                    ZMQ.Socket pub = socket(own, publishing);
                    pub.connect(setting("address"));
                    while (probing.get()) {
                        publish(pub, publishing, topic, probe);
                        Thread.sleep(50);
                    }
                    for (int i = 0; i < sizes.length; i++) {
                        publish(pub, publishing, topic, payload(i, sizes[i]), String.valueOf(i).getBytes(StandardCharsets.UTF_8));
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            receive(sub);
            probing.set(false);
            for (int i = 0; i < sizes.length; i++) {
                List<byte[]> frames = receive(sub);
                while (Arrays.equals(frames.get(1), probe)) {
                    frames = receive(sub);
                }
                if (frames.size() != 3 || !new String(frames.get(2), StandardCharsets.UTF_8).equals(String.valueOf(i)) || !Arrays.equals(frames.get(1), payload(i, sizes[i]))) {
                    throw new IllegalStateException("message " + i + " of " + sizes[i] + " bytes came as " + frames.size() + " frames, the second of " + frames.get(1).length);
                }
            }
            sending.get();
        }
    }
}
