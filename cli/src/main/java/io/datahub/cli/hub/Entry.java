package io.datahub.cli.hub;

import io.datahub.cli.core.Json;
import io.datahub.cli.http.Response;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a listing has of a record or a directory.
 *
 * @param path its path; that of a directory ends with a slash
 * @param size bytes
 * @param modified when the version was stored, RFC 3339
 * @param clientModified the client's own time of the bytes, or empty
 * @param etag the entity tag; empty for directories and while another program writes into the record
 */
public record Entry(String path, long size, String modified, String clientModified, String etag) {

    static Entry of(String directory, Map<String, Object> entry) {
        boolean isDirectory = Json.string(entry, "type").equals("directory");
        return new Entry(
                directory + Json.string(entry, "name") + (isDirectory ? "/" : ""),
                Json.number(entry, "size"),
                Json.string(entry, "modified"),
                Json.string(entry, "clientModified"),
                Json.string(entry, "etag"));
    }

    /** From the response about a record. */
    static Entry of(String path, Response response) {
        String modified = response.header("last-modified")
                .map(date -> DateTimeFormatter.RFC_1123_DATE_TIME
                        .parse(date, Instant::from)
                        .toString())
                .orElse("");
        long size = response.header("content-length").map(Long::parseLong).orElse(0L);
        return new Entry(path, size, modified, "", response.header("etag").orElse(""));
    }

    /** Whether it is a directory. */
    public boolean isDirectory() {
        return path.endsWith("/");
    }

    /** The time of a version that was fetched; empty if it isn't this one. */
    public String timeOf(String fetched) {
        return fetched.equals(etag) ? time() : "";
    }

    /** The client's time where it gave one, otherwise when the version was stored. */
    public String time() {
        return clientModified.isEmpty() ? modified : clientModified;
    }

    /** As the commands print it. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("path", path);
        json.put("type", isDirectory() ? "directory" : "file");
        json.put("size", size);
        json.put("modified", modified);
        if (!clientModified.isEmpty()) {
            json.put("clientModified", clientModified);
        }
        if (!etag.isEmpty()) {
            json.put("etag", etag);
        }
        return json;
    }
}
