package io.datahub.jetty.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.jetty.web.InPlace;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InPlaceTest {

    private HttpServer server;
    private Socket socket;

    @BeforeEach
    void start() throws Exception {
        listen();
        connect(new Socket(InetAddress.getLoopbackAddress(), server.port()));
    }

    private void listen(Object... settings) throws Exception {
        server = new HttpServer(new TestUsers().current(), Settings.with(settings));
        server.register(new Quick(), Greeter.mount("/quick", 0, 1, true));
        server.register(new Blocking(), Greeter.mount("/blocking", 0, 2, true));
        server.start();
    }

    private void connect(Socket connected) throws Exception {
        socket = connected;
        socket.setSoTimeout(10_000);
    }

    @AfterEach
    void stop() throws Exception {
        socket.close();
        server.stop();
    }

    @Test
    void shouldHandleTheNextRequestInPlaceIfThisOneCouldHaveBeen() throws Exception {
        assertThat(get("/quick/a")).isEqualTo("thread");
        awaitInPlace();
        awaitInPlace();
    }

    @Test
    void shouldHandleRequestsInPlaceOverTls(@TempDir Path folder) throws Exception {
        stop();
        Identity hub = Identity.make(folder, "EC");
        hub.write(folder.resolve("hub.crt"), folder.resolve("hub.key"));
        listen(
                "tls_port",
                0,
                "tls_cert",
                folder.resolve("hub.crt").toString(),
                "tls_key",
                folder.resolve("hub.key").toString());
        int port = Integer.parseInt(server.check().detail().replaceFirst(".* https://127.0.0.1:", ""));
        connect(Identity.client(null, hub).getSocketFactory().createSocket("127.0.0.1", port));

        assertThat(get("/quick/a")).isEqualTo("thread");
        awaitInPlace();
        assertThat(get("/blocking")).isEqualTo("thread");
    }

    @Test
    void shouldNeverCallAHandlerThatMayBlockInPlace() throws Exception {
        assertThat(get("/quick/a")).isEqualTo("thread");
        assertThat(get("/blocking")).isEqualTo("thread");
        assertThat(get("/quick/a")).isEqualTo("thread");
        awaitInPlace();
    }

    @Test
    void shouldContinueOnAThreadIfTheHandlerHasToBlock() throws Exception {
        assertThat(get("/quick/a")).isEqualTo("thread");
        assertThat(get("/quick/slow")).isEqualTo("thread after all");
        assertThat(get("/quick/a")).isEqualTo("thread");
    }

    @Test
    void shouldAnswerIfTheHandlerFailsOnAnotherThread() throws Exception {
        assertThat(get("/quick/a")).isEqualTo("thread");

        write("/quick/broken", 1);

        assertThat(status()).isEqualTo(500);
    }

    @Test
    void shouldLetOthersHaveTheirTurnAmongPipelinedRequests() throws Exception {
        assertThat(get("/quick/a")).isEqualTo("thread");
        write("/quick/a", 40);

        int inPlace = 0;
        for (int i = 0; i < 40; i++) {
            inPlace += read().equals("in place") ? 1 : 0;
        }

        assertThat(inPlace).isBetween(1, 39);
    }

    /** The thread that has answered a request reads the next one if that is there before the thread waits for it. */
    private void awaitInPlace() {
        await().until(() -> get("/quick/a").equals("in place"));
    }

    private String get(String path) throws Exception {
        write(path, 1);
        return read();
    }

    private void write(String path, int times) throws Exception {
        String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        socket.getOutputStream().write(request.repeat(times).getBytes(StandardCharsets.US_ASCII));
    }

    private String head() throws Exception {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    private int status() throws Exception {
        return Integer.parseInt(head().substring(9, 12));
    }

    private String read() throws Exception {
        int length = Integer.parseInt(head().replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
    }

    private static boolean answer(Response response, Callback callback, String text) {
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, text.length());
        Content.Sink.write(response, true, text, callback);
        return true;
    }

    private static final class Quick extends Handler.Abstract {

        Quick() {
            super(InvocationType.EITHER);
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            String path = request.getHttpURI().getPath();
            if (!InPlace.isRequired()) {
                InPlace.allowNext(request);
                return answer(response, callback, "thread");
            }
            if (path.endsWith("/a") && InPlace.take(request)) {
                InPlace.allowNext(request);
                return answer(response, callback, "in place");
            }
            InPlace.leave(request, response, callback, () -> {
                if (path.endsWith("broken")) {
                    throw new IllegalStateException("broken");
                }
                answer(response, callback, InPlace.isRequired() ? "in place" : "thread after all");
            });
            return true;
        }
    }

    private static final class Blocking extends Handler.Abstract {

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            return answer(response, callback, InPlace.isRequired() ? "in place" : "thread");
        }
    }
}
