package io.datahub.cli.sync;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.core.PrivateFiles;
import io.datahub.cli.http.Request;
import io.datahub.cli.http.Response;
import io.datahub.cli.hub.Digest;
import io.datahub.cli.hub.Downloads;
import io.datahub.cli.hub.Hub;
import io.datahub.cli.hub.Journal;
import io.datahub.cli.hub.Listing;
import io.datahub.cli.hub.Paths;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The records of a tree in the hub: listed once, then followed by the journal. */
final class RemoteTree {

    private static final String TYPE = "io.datahub.file.";
    private static final int A_DIRECTORY = 308;
    private static final int BAD_PATH = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    private final Hub hub;
    private final Journal journal;
    private final String tree;
    private final SyncState state;

    /** @param tree empty, or ends with a slash */
    RemoteTree(Hub hub, String tree, SyncState state) {
        this.hub = hub;
        journal = new Journal(hub);
        this.tree = tree;
        this.state = state;
    }

    /** The path in the hub. */
    String path(String relative) {
        return tree + relative;
    }

    /**
     * Brings the state up to date.
     *
     * @param wait for how many seconds to wait for a change
     * @param isSource whether the tree has to be there
     */
    void refresh(int wait, boolean isSource) {
        String reader = reader();
        if (!reader.equals(state.reader()) || state.cursor().isEmpty() || !follow(wait)) {
            list(isSource);
            state.setReader(reader);
        }
    }

    /** Who reads, with which grants: others may read other records, of which the journal says nothing new. */
    private String reader() {
        Map<String, Object> user = hub.object(new Request("GET", "/whoami"));
        return PrivateFiles.name(
                Json.string(user, "user"),
                String.join(" ", Json.strings(user, "roles")),
                Json.objects(user, "grants").toString());
    }

    /** Whether a path is neither transferred nor deleted. */
    boolean isLeftOut(String relative) {
        return path(relative).equals(Paths.USERS) || relative.endsWith(Downloads.PARTIAL);
    }

    private boolean follow(int wait) {
        int seconds = wait;
        while (true) {
            Optional<Journal.Page> page = journal.changes(state.cursor(), tree, seconds);
            if (page.isEmpty()) {
                return false;
            }
            page.get().lines().forEach(this::apply);
            boolean isEnd = page.get().lines().isEmpty() && page.get().cursor().equals(state.cursor());
            state.moveTo(page.get().cursor());
            if (isEnd) {
                return true;
            }
            seconds = 0;
        }
    }

    private void apply(Map<String, Object> event) {
        String path = Json.string(event, "subject");
        String relative = path.startsWith(tree) ? path.substring(tree.length()) : "";
        if (relative.isEmpty() || isLeftOut(relative)) {
            return;
        }
        switch (Json.string(event, "type").replace(TYPE, "")) {
            case "created", "updated" -> state.remote().put(relative, RemoteFile.of(Json.object(event, "data")));
            case "deleted" -> state.remote().remove(relative);
            default -> {
                // A rejected change leaves the version that was there.
            }
        }
    }

    /** Lists everything; keeps the digests of versions that are known. */
    private void list(boolean isSource) {
        Map<String, RemoteFile> found = new HashMap<>();
        String cursor;
        try {
            cursor = new Listing(hub).listTree(tree, entry -> {
                String relative = entry.path().substring(tree.length());
                if (!entry.isDirectory() && !isLeftOut(relative)) {
                    found.put(relative, RemoteFile.of(entry));
                }
            });
        } catch (Failure e) {
            if (isSource || e.httpStatus() != NOT_FOUND) {
                throw e;
            }
            cursor = journal.end();
        }
        Map<String, RemoteFile> known = state.remote();
        found.replaceAll((path, file) -> {
            RemoteFile before = known.get(path);
            return before != null && !file.etag().isEmpty() && before.etag().equals(file.etag()) ? before : file;
        });
        known.keySet().retainAll(found.keySet());
        known.putAll(found);
        state.moveTo(cursor);
    }

    /** The SHA-256 of a version, from the hub if need be; empty if it doesn't know it. */
    String sha256(String relative, RemoteFile file) {
        if (!file.sha256().isEmpty()) {
            return file.sha256();
        }
        try (Response response = hub.openAny(new Request("HEAD", Paths.files(path(relative))))) {
            boolean isThatVersion =
                    response.header("etag").filter(file.etag()::equals).isPresent();
            return isThatVersion ? Digest.of(response).orElse("") : "";
        } catch (IOException e) {
            throw hub.lost(e);
        }
    }

    /**
     * Whether the hub says that it has no such record, before a copy of it is deleted: a listing leaves out what the user may not
     * read.
     */
    boolean isAbsent(String relative) {
        Request request = new Request("HEAD", Paths.files(path(relative)));
        try (Response response = hub.openAny(request)) {
            return switch (response.status()) {
                case 200 -> false;
                case BAD_PATH, NOT_FOUND -> true;
                case A_DIRECTORY -> response.header("location").orElse("").endsWith("/");
                case FORBIDDEN ->
                    throw new Failure(
                            Failure.exitStatusOf(FORBIDDEN),
                            FORBIDDEN,
                            "is kept: without a grant to read the record nobody can tell whether the hub still has it");
                default -> throw hub.refusal(response, request);
            };
        } catch (IOException e) {
            throw hub.lost(e);
        }
    }

    /**
     * Deletes a directory in which are no records, with those in it.
     *
     * @return whether there was one, and is none any more
     */
    boolean deleteEmptyDirectory(String relative) {
        String directory = path(relative) + "/";
        SortedSet<String> directories =
                new TreeSet<>(Comparator.reverseOrder()); // what is in a directory comes before it
        directories.add(directory);
        try {
            new Listing(hub).listTree(directory, entry -> directories.add(entry.path()));
            if (!directories.stream().allMatch(path -> path.endsWith("/"))) {
                return false;
            }
            directories.forEach(path -> hub.done(new Request("DELETE", Paths.files(path))));
            return true;
        } catch (Failure e) {
            return false;
        }
    }

    /** Deletes a record, if it is still that version. */
    void delete(String relative, RemoteFile file) {
        if (file.etag().isEmpty()) {
            throw new Failure(Failure.FAILED, "is kept while another program writes into it: run sync again");
        }
        Request request = new Request("DELETE", Paths.files(path(relative))).header("If-Match", file.etag());
        try {
            hub.delete(request, path(relative));
        } catch (Failure e) {
            if (e.httpStatus() != NOT_FOUND) {
                throw e;
            }
        }
    }
}
