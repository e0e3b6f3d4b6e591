package io.datahub.jetty.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import io.datahub.jetty.web.RecordTransfer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordTransferTest {

    private static final int SIZE = 9 * 1024 * 1024 + 12_345;
    private static final String END = "--the end--";

    @TempDir
    private Path folder;

    private final byte[] content = new byte[SIZE];
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger parts = new AtomicInteger();
    private Path file;
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        new Random(7).nextBytes(content);
        file = Files.write(folder.resolve("record"), content);
        server = serve();
    }

    private HttpServer serve(Object... settings) throws Exception {
        HttpServer started = new HttpServer(new TestUsers().current(), Settings.with(settings));
        started.register(new Downloads(), Greeter.mount("/files", 0, 1, true));
        started.start();
        return started;
    }

    @AfterEach
    void stop() {
        await().untilAtomic(open, is(0));
        server.stop();
    }

    @Test
    void shouldSendAllBytesAndKeepTheConnection() throws Exception {
        try (Socket socket = connect(server)) {
            for (int i = 0; i < 3; i++) {
                request(socket, 1);
                assertResponse(socket);
            }
            assertThat(parts).hasPositiveValue();
        }
    }

    @Test
    void shouldAnswerPipelinedRequestsInOrder() throws Exception {
        try (Socket socket = connect(server)) {
            request(socket, 3);

            for (int i = 0; i < 3; i++) {
                assertResponse(socket);
            }
        }
    }

    @Test
    void shouldSendWhatWasOpenedAfterTheFileIsReplaced() throws Exception {
        try (Socket socket = connect(server)) {
            request(socket, 1);
            DataInputStream in = in(socket);
            byte[] head = in.readNBytes(100);
            Path other = Files.write(folder.resolve("other"), new byte[SIZE]);
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);

            assertBody(head, in);
        }
    }

    @Test
    void shouldCloseTheConnectionIfTheFileIsTruncated() throws Exception {
        try (Socket socket = connect(server)) {
            request(socket, 1);
            InputStream in = in(socket);
            assertThat(in.read()).isEqualTo('H');
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(10);
            }

            assertThat(in.readAllBytes()).hasSizeLessThan(SIZE);
        }
    }

    @Test
    void shouldCloseTheRecordIfTheClientIsGone() throws Exception {
        try (Socket socket = connect(server)) {
            request(socket, 1);
            assertThat(in(socket).readNBytes(2_000)).hasSize(2_000);
            assertThat(open).hasValue(1);
        }

        await().untilAtomic(open, is(0));
    }

    @Test
    void shouldCloseTheRecordIfTheClientStopsReading() throws Exception {
        HttpServer impatient = serve("idleTimeoutMillis", 300L);
        try (Socket socket = connect(impatient)) {
            request(socket, 1);
            await().untilAtomic(open, is(1));

            await().untilAtomic(open, is(0));
        } finally {
            impatient.stop();
        }
    }

    @Test
    void shouldSendToAClientBehindAProxy() throws Exception {
        HttpServer proxied = serve("proxies", new String[] {"127.0.0.1"});
        try (Socket socket = connect(proxied)) {
            socket.getOutputStream()
                    .write("PROXY TCP4 192.0.2.7 127.0.0.1 4711 80\r\n".getBytes(StandardCharsets.US_ASCII));
            request(socket, 1);

            assertResponse(socket);
            assertThat(parts).hasPositiveValue();
        } finally {
            proxied.stop();
        }
    }

    private static Socket connect(HttpServer server) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(20_000);
        socket.setSoTimeout(10_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        return socket;
    }

    private static DataInputStream in(Socket socket) throws IOException {
        return new DataInputStream(socket.getInputStream());
    }

    private static void request(Socket socket, int times) throws IOException {
        String request = "GET /files HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(times);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    private void assertResponse(Socket socket) throws IOException {
        assertBody(new byte[0], in(socket));
    }

    private void assertBody(byte[] begun, DataInputStream in) throws IOException {
        StringBuilder head = new StringBuilder(new String(begun, StandardCharsets.ISO_8859_1));
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        byte[] early = head.substring(head.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1);
        byte[] body = Arrays.copyOf(early, SIZE + END.length());
        in.readFully(body, early.length, body.length - early.length);
        assertThat(head).startsWith("HTTP/1.1 200");
        assertThat(Arrays.equals(content, 0, SIZE, body, 0, SIZE)).isTrue();
        assertThat(new String(body, SIZE, END.length(), StandardCharsets.US_ASCII))
                .isEqualTo(END);
    }

    /** Sends the file, and a text after it. */
    private final class Downloads extends Handler.Abstract {

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            FileReading reading = new FileReading(file, open);
            RecordTransfer transfer = RecordTransfer.of(request, reading).orElseThrow();
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, SIZE + END.length());
            new IteratingCallback() {

                private int position;
                private boolean last;

                @Override
                protected Action process() throws IOException {
                    transfer.end();
                    if (last) {
                        return Action.SUCCEEDED;
                    }
                    int length = Math.min(RecordTransfer.MAX_PART_BYTES, SIZE - position);
                    last = length == 0;
                    ByteBuffer bytes = last
                            ? ByteBuffer.wrap(END.getBytes(StandardCharsets.US_ASCII))
                            : transfer.begin(position, length);
                    position += length;
                    parts.incrementAndGet();
                    response.write(last, bytes, this);
                    return Action.SCHEDULED;
                }

                @Override
                protected void onCompleteSuccess() {
                    reading.close();
                    callback.succeeded();
                }

                @Override
                protected void onCompleteFailure(Throwable cause) {
                    transfer.close();
                    reading.close();
                    callback.failed(cause);
                }
            }.iterate();
            return true;
        }
    }
}
