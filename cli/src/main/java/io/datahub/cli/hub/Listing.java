package io.datahub.cli.hub;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.http.Request;
import io.datahub.cli.http.Response;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Lists directories of a hub. */
public final class Listing {

    private static final int PAGE = 10_000;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int PERMANENT_REDIRECT = 308;

    private final Hub hub;

    /** @param hub the hub */
    public Listing(Hub hub) {
        this.hub = hub;
    }

    /**
     * Lists a directory, in order.
     *
     * @param directory empty, or ends with a slash
     * @param consumer is given each entry
     * @return the position in the journal of the first page, from which on nothing is missed
     */
    public String list(String directory, Consumer<Entry> consumer) {
        String cursor = "";
        String after = "";
        while (true) {
            Map<String, Object> page = hub.object(
                    new Request("GET", Paths.files(directory) + "?limit=" + PAGE + "&after=" + Paths.encodeValue(after))
                            .header("Accept", "application/json"));
            cursor = cursor.isEmpty() ? Json.string(page, "cursor") : cursor;
            for (Map<String, Object> entry : Json.objects(page, "entries")) {
                consumer.accept(Entry.of(directory, entry));
            }
            if (page.get("next") == null) {
                return cursor;
            }
            after = Json.string(page, "next");
        }
    }

    /**
     * Lists a directory and everything below it. A directory that is deleted in the meantime is left out.
     *
     * @return the position in the journal from which on nothing is missed
     */
    public String listTree(String directory, Consumer<Entry> consumer) {
        Deque<String> left = new ArrayDeque<>();
        Consumer<Entry> collect = entry -> {
            consumer.accept(entry);
            if (entry.isDirectory()) {
                left.add(entry.path());
            }
        };
        String cursor = list(directory, collect);
        while (!left.isEmpty()) {
            try {
                list(left.remove(), collect);
            } catch (Failure e) {
                if (e.httpStatus() != NOT_FOUND) {
                    throw e;
                }
            }
        }
        return cursor;
    }

    /** The record at a path, if it is one. */
    public Optional<Entry> record(String path) {
        if (path.isEmpty() || path.endsWith("/")) {
            return Optional.empty();
        }
        try (Response response = hub.openAny(new Request("HEAD", Paths.files(path)))) {
            return response.status() == OK ? Optional.of(Entry.of(path, response)) : Optional.empty();
        } catch (IOException e) {
            throw hub.lost(e);
        }
    }

    /** Whether a path is that of a directory that exists. */
    public boolean isDirectory(String path) {
        if (path.isEmpty() || path.endsWith("/")) {
            return true;
        }
        try (Response response = hub.openAny(new Request("HEAD", Paths.files(path)))) {
            return response.status() == PERMANENT_REDIRECT;
        } catch (IOException e) {
            throw hub.lost(e);
        }
    }
}
