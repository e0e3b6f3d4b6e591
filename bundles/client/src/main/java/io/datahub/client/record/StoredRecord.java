package io.datahub.client.record;

/**
 * A version of a record.
 *
 * @param path its path
 * @param size its size in bytes
 * @param sha256 the SHA-256 of its bytes in hexadecimal; empty if the hub doesn't know it yet
 * @param etag its entity tag, with quotation marks; empty if the hub doesn't know it yet
 */
public record StoredRecord(String path, long size, String sha256, String etag) {}
