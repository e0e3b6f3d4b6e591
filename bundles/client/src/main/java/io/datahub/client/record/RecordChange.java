package io.datahub.client.record;

/**
 * A file event.
 *
 * @param kind {@code created}, {@code updated}, {@code deleted} or {@code rejected}
 * @param path the path of the record
 * @param size the size of the version in bytes
 * @param sha256 the SHA-256 of its bytes in hexadecimal; may be empty
 * @param etag its entity tag, with quotation marks; may be empty
 * @param user who made the change
 * @param cursor the position of the event in the journal
 * @param json the whole event, a CloudEvent as a JSON object
 */
public record RecordChange(
        String kind, String path, long size, String sha256, String etag, String user, String cursor, String json) {}
