package io.datahub.cli.event;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.http.Request;
import io.datahub.cli.http.Response;
import io.datahub.cli.hub.Hub;
import io.datahub.cli.hub.Paths;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A connection on which the hub sends events as they happen (server-sent events, HTML 9.2). */
final class EventStream implements Closeable {

    /** The hub sends a comment every 15 seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(45);

    private static final String GRANTED = ": granted ";
    private static final int GONE = 410;

    private final Response response;
    private final BufferedReader reader;
    private final Consumer<List<String>> granted;

    private EventStream(Response response, Consumer<List<String>> granted) {
        this.response = response;
        this.granted = granted;
        reader = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    /**
     * An event.
     *
     * @param event the JSON of it
     * @param cursor where to continue after it, or empty
     */
    record Received(Map<String, Object> event, String cursor) {}

    /**
     * Subscribes.
     *
     * @param since a cursor, or empty
     * @param granted is told what the user receives of it
     * @throws Failure if the hub refuses; with 410 if the cursor is no longer available
     */
    static EventStream open(Hub hub, List<String> topics, String since, Consumer<List<String>> granted) {
        String query = topics.stream()
                .map(topic -> "topic=" + Paths.encodeValue(topic))
                .collect(Collectors.joining("&"));
        Request request = new Request("GET", "/events" + (query.isEmpty() ? "" : "?" + query))
                .header("Accept", "text/event-stream")
                .header("Last-Event-ID", since.isEmpty() ? Optional.empty() : Optional.of(since))
                .patience(PATIENCE);
        Response response = hub.openAny(request);
        if (response.status() != 200) {
            Failure failure = hub.refusal(response, request);
            throw response.status() == GONE
                    ? new Failure(
                            Failure.FAILED,
                            GONE,
                            "events after " + since + " are no longer kept; the oldest cursor is "
                                    + response.header("datahub-cursor").orElse("unknown"))
                    : failure;
        }
        return new EventStream(response, granted);
    }

    /** The next event, waiting for it; empty when the hub has ended the stream. */
    Optional<Received> next() throws IOException {
        String data = "";
        String cursor = "";
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.startsWith("data:")) {
                data += line.substring(5).strip();
            } else if (line.startsWith("id:")) {
                cursor = line.substring(3).strip();
            } else if (line.startsWith(GRANTED)) {
                granted.accept(
                        Json.strings(Json.object("{\"granted\":" + line.substring(GRANTED.length()) + "}"), "granted"));
            } else if (line.isEmpty() && !data.isEmpty()) {
                return Optional.of(new Received(Json.object(data), cursor));
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        response.close();
    }
}
