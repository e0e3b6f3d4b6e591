package io.datahub.jetty.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoppingHandlerTest {

    private static final String REQUEST = "GET /files HTTP/1.1\r\nHost: x\r\n\r\n";

    private final Server server = new Server();
    private final LocalConnector connector = new LocalConnector(server);
    private final StoppingHandler handler = new StoppingHandler(new Greeter("files"));

    @BeforeEach
    void start() throws Exception {
        server.addConnector(connector);
        server.setErrorHandler(new ProblemHandler());
        server.setHandler(handler);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @Test
    void shouldRespond503WhileStopping() throws Exception {
        handler.shutdown().get(5, TimeUnit.SECONDS);

        assertThat(connector.getResponse(REQUEST))
                .startsWith("HTTP/1.1 503 ")
                .contains("Retry-After: 5\r\n")
                .containsIgnoringCase("Connection: close\r\n")
                .contains("the hub is stopping");
    }

    @Test
    void shouldPassRequestsOnBefore() throws Exception {
        assertThat(connector.getResponse(REQUEST)).startsWith("HTTP/1.1 200 ");
    }
}
