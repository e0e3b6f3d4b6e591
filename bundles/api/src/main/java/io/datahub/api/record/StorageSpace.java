package io.datahub.api.record;

/**
 * The room for records at a path, after quotas and what the store keeps free. {@link Long#MAX_VALUE} stands for no limit.
 *
 * @param totalBytes what may be stored altogether, in bytes
 * @param freeBytes what may still be stored, in bytes, at least 0
 * @param totalFiles the number of records that may be stored altogether
 * @param freeFiles the number of records that may still be stored, at least 0
 */
public record StorageSpace(long totalBytes, long freeBytes, long totalFiles, long freeFiles) {

    /** Room without any limit. */
    public static final StorageSpace UNLIMITED =
            new StorageSpace(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    /**
     * The room that another limit leaves of this one: of each number the smaller one.
     *
     * @param other the other limit
     * @return the room within both
     */
    public StorageSpace within(StorageSpace other) {
        return new StorageSpace(
                Math.min(totalBytes, other.totalBytes),
                Math.min(freeBytes, other.freeBytes),
                Math.min(totalFiles, other.totalFiles),
                Math.min(freeFiles, other.freeFiles));
    }
}
