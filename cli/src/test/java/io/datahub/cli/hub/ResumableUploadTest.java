package io.datahub.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Output;
import io.datahub.cli.core.Progress;
import io.datahub.cli.http.Connections;
import io.datahub.cli.http.Origin;
import io.datahub.cli.http.Request;
import io.datahub.cli.http.Trust;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumableUploadTest {

    private static final Answer CREATED = new Answer(201, Map.of("Location", "/uploads/1"));
    private static final Answer STORED =
            new Answer(204, Map.of("Upload-Offset", "5", "Content-Location", "/files/x", "ETag", "\"1\""));

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> received = Collections.synchronizedList(new ArrayList<>());
    private final String home = System.getProperty("user.home");
    private HttpServer server;
    private Connections connections;
    private Hub hub;
    private Path file;

    @TempDir
    private Path work;

    private record Answer(int status, Map<String, String> headers) {}

    @BeforeEach
    void setUp() throws IOException {
        // Where uploads are remembered.
        System.setProperty("user.home", work.toString());
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/", exchange -> {
            int bytes = exchange.getRequestBody().readAllBytes().length;
            String offset = exchange.getRequestHeaders().getFirst("Upload-Offset");
            received.add(exchange.getRequestMethod() + (offset == null ? "" : " " + bytes + " at " + offset));
            Answer answer = answers.remove();
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            if (answer.status() > 0) {
                exchange.sendResponseHeaders(answer.status(), -1);
            }
            exchange.close();
        });
        server.start();
        Origin origin = Origin.of("http://127.0.0.1:" + server.getAddress().getPort());
        connections = new Connections(origin, new Trust(Optional.empty()));
        hub = new Hub(connections, Optional::empty, 1, new Output(false));
        file = Files.writeString(work.resolve("file"), "bytes");
    }

    @AfterEach
    void tearDown() {
        server.stop(0);
        System.setProperty("user.home", home);
    }

    private Map<String, Object> upload(Conditions conditions) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new ResumableUpload(hub, new Progress(new Output(false)), file, attributes, "x").run(conditions);
    }

    @Test
    void shouldNotTakeBytesThatArrivedForARecordThatIsStored() throws IOException {
        answers.addAll(
                List.of(CREATED, new Answer(503, Map.of()), new Answer(200, Map.of("Upload-Offset", "5")), STORED));

        assertThat(upload(Conditions.NONE)).containsEntry("etag", "\"1\"");

        assertThat(received).containsExactly("POST", "PATCH 5 at 0", "HEAD", "PATCH 0 at 5");
    }

    @Test
    void shouldContinueAfterARefusalThatIsNotFinal() throws IOException {
        answers.addAll(
                List.of(CREATED, new Answer(401, Map.of()), new Answer(200, Map.of("Upload-Offset", "2")), STORED));

        assertThatThrownBy(() -> upload(Conditions.NONE)).isInstanceOf(Failure.class);
        upload(Conditions.NONE);

        assertThat(received).containsExactly("POST", "PATCH 5 at 0", "HEAD", "PATCH 3 at 2");
    }

    @Test
    void shouldBeginAgainOnOtherConditions() throws IOException {
        answers.addAll(List.of(CREATED, new Answer(401, Map.of()), CREATED, STORED));

        assertThatThrownBy(() -> upload(Conditions.NONE)).isInstanceOf(Failure.class);
        upload(new Conditions(Optional.empty(), true));

        assertThat(received).containsExactly("POST", "PATCH 5 at 0", "POST", "PATCH 5 at 0");
    }

    @Test
    void shouldStoreAgainWhatWasReplacedAfterAnEarlierRunHadStoredIt() throws IOException {
        Answer complete = new Answer(200, STORED.headers());
        Answer other = new Answer(200, Map.of("ETag", "\"2\""));
        answers.addAll(List.of(CREATED, new Answer(401, Map.of()), complete, other, CREATED, STORED));
        assertThatThrownBy(() -> upload(Conditions.NONE)).isInstanceOf(Failure.class);

        upload(Conditions.NONE);

        assertThat(received).containsExactly("POST", "PATCH 5 at 0", "HEAD", "HEAD", "POST", "PATCH 5 at 0");
    }

    @Test
    void shouldTakeARecordForDeletedIfTheAnswerToItsDeletionWasLost() {
        Answer lost = new Answer(0, Map.of());
        Answer missing = new Answer(404, Map.of());
        answers.addAll(List.of(lost, missing, missing, missing));
        Request request = new Request("DELETE", "/files/x");

        new Hub(connections, Optional::empty, 2, new Output(false)).delete(request, "x");

        assertThat(received).containsExactly("DELETE", "DELETE", "HEAD");
        assertThatThrownBy(() -> hub.delete(request, "x")).isInstanceOf(Failure.class);
    }

    @Test
    void shouldNotTakeARedirectForSuccess() {
        Answer redirect = new Answer(301, Map.of("Location", "https://hub.example/files/x"));
        answers.addAll(List.of(redirect, redirect));

        assertThatThrownBy(() -> hub.done(new Request("DELETE", "/files/x")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("https://hub.example/files/x");
        assertThatThrownBy(() -> new Uploads(hub, new Progress(new Output(false))).put(file, "x", Conditions.NONE))
                .isInstanceOf(Failure.class);
    }

    @Test
    void shouldNotSendAgainWhatAProxyMayHavePassedOn() {
        Hub patient = new Hub(connections, Optional::empty, 2, new Output(false));
        answers.add(new Answer(502, Map.of()));
        answers.add(new Answer(503, Map.of("Retry-After", "0")));
        answers.add(new Answer(202, Map.of()));

        assertThatThrownBy(() -> patient.done(new Request("POST", "/events/a"))).isInstanceOf(Failure.class);
        patient.done(new Request("POST", "/events/a"));

        assertThat(received).hasSize(3);
    }
}
