package io.datahub.records.quota;

/**
 * What a record counts to quotas.
 *
 * @param size in bytes
 * @param user who wrote it; empty if unknown
 */
public record Counted(long size, String user) {}
