package io.datahub.cli.sync;

import io.datahub.cli.core.Json;
import io.datahub.cli.hub.Entry;
import java.util.List;
import java.util.Map;

/**
 * The version of a record that the hub is known to have.
 *
 * @param etag the entity tag; empty while another program writes into it
 * @param size bytes
 * @param sha256 in hexadecimal; empty while unknown
 * @param time the time of the bytes, RFC 3339
 */
record RemoteFile(String etag, long size, String sha256, String time) {

    static RemoteFile of(Entry entry) {
        return new RemoteFile(entry.etag(), entry.size(), "", entry.time());
    }

    /** From the {@code data} of a file event, or from the hub's answer to a write. */
    static RemoteFile of(Map<String, Object> data) {
        String clientModified = Json.string(data, "clientModified");
        return new RemoteFile(
                Json.string(data, "etag"),
                Json.number(data, "size"),
                Json.string(data, "sha256"),
                clientModified.isEmpty() ? Json.string(data, "modified") : clientModified);
    }

    static RemoteFile of(List<?> fields) {
        return new RemoteFile(
                String.valueOf(fields.get(0)),
                ((Number) fields.get(1)).longValue(),
                String.valueOf(fields.get(2)),
                String.valueOf(fields.get(3)));
    }

    List<Object> fields() {
        return List.of(etag, size, sha256, time);
    }

    /** The time of a version that was fetched; empty if it isn't this one. */
    String timeOf(String fetched) {
        return fetched.equals(etag) ? time : "";
    }

    RemoteFile withSha256(String digest) {
        return new RemoteFile(etag, size, digest, time);
    }
}
