package io.datahub.cli.hub;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.http.Request;
import io.datahub.cli.http.Response;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads lines of JSON that continue at a cursor: the journal of file events, and the history of kept topics. */
public final class Journal {

    private static final int GONE = 410;
    private static final int LIMIT = 5_000;
    private static final int MARGIN_SECONDS = 30;

    private final Hub hub;

    /** @param hub the hub */
    public Journal(Hub hub) {
        this.hub = hub;
    }

    /**
     * A page.
     *
     * @param lines the objects, oldest first
     * @param cursor where to continue
     */
    public record Page(List<Map<String, Object>> lines, String cursor) {}

    /** The journal no longer reaches back to a cursor, or was rebuilt. */
    public static Failure gone(String oldest) {
        return new Failure(
                Failure.FAILED,
                GONE,
                "the journal no longer has everything since the last run, so changes were missed; --restart --since "
                        + oldest + " continues with the oldest that there is, --restart with the next");
    }

    /**
     * Reads the changes of records after a cursor.
     *
     * @param since a cursor, or 0
     * @param path a directory, or empty for all
     * @param wait for how many seconds to wait for the next one; 0 is not at all
     * @return empty if the cursor is no longer available
     */
    public Optional<Page> changes(String since, String path, int wait) {
        String query = "since=" + Paths.encodeValue(since) + (path.isEmpty() ? "" : "&path=" + Paths.encodeValue(path));
        return page("/changes?" + query, wait);
    }

    /** Where the journal ends now. */
    public String end() {
        return page("/changes?newest=1", 0).map(Page::cursor).orElse("0");
    }

    /** Reads a page: the target has a query already. Empty if the cursor is no longer available. */
    public Optional<Page> page(String target, int wait) {
        Request request = new Request("GET", target + "&limit=" + LIMIT + (wait > 0 ? "&wait=" + wait : ""))
                .patience(Duration.ofSeconds(wait + MARGIN_SECONDS));
        Response response = hub.openAny(request);
        if (response.status() == GONE) {
            close(response);
            return Optional.empty();
        }
        if (response.status() != 200) {
            throw hub.refusal(response, request);
        }
        try (response) {
            BufferedReader reader = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
            List<Map<String, Object>> lines = new ArrayList<>();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(Json.object(line));
            }
            return Optional.of(new Page(lines, response.header("datahub-cursor").orElse("")));
        } catch (IOException e) {
            throw hub.lost(e);
        }
    }

    /** The oldest cursor that there is. */
    public String oldest(String since) {
        Response response = hub.openAny(new Request("GET", "/changes?limit=1&since=" + Paths.encodeValue(since)));
        close(response);
        return response.header("datahub-cursor").orElse("0");
    }

    private void close(Response response) {
        try (response) {
            response.text();
        } catch (IOException e) {
            throw hub.lost(e);
        }
    }
}
