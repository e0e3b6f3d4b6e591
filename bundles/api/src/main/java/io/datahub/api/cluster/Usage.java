package io.datahub.api.cluster;

import io.datahub.api.path.RecordPath;

/**
 * Number and total size of records. The users file isn't counted.
 *
 * @param bytes the sum of their sizes, in bytes
 * @param files their number
 */
public record Usage(long bytes, long files) {

    /** Nothing. */
    public static final Usage NONE = new Usage(0, 0);

    /** Which records are counted. */
    public sealed interface Subject {}

    /**
     * The records whose paths begin with some characters.
     *
     * @param prefix the characters; empty for all records
     */
    public record Prefix(String prefix) implements Subject {

        /**
         * Whether a record is counted.
         *
         * @param path the path of the record
         * @return whether its path begins so, and isn't that of the users file
         */
        public boolean includes(RecordPath path) {
            return path.toString().startsWith(prefix) && !path.equals(RecordPath.USERS);
        }
    }

    /**
     * The records whose present version a user wrote. Counting that of one user counts that of each.
     *
     * @param name the user
     */
    public record Owner(String name) implements Subject {}

    /**
     * A limit on what is stored. An attempt exceeds it if the usage is above it afterwards, and the attempt has
     * increased it.
     *
     * @param subject what is counted
     * @param bytes the largest sum of sizes, in bytes
     * @param files the largest number of records
     */
    public record Limit(Subject subject, long bytes, long files) {}

    /**
     * This usage and more, or less.
     *
     * @param moreBytes the bytes that are added; negative for less
     * @param moreFiles the records that are added; negative for less
     * @return the sum
     */
    public Usage plus(long moreBytes, long moreFiles) {
        return new Usage(bytes + moreBytes, files + moreFiles);
    }
}
