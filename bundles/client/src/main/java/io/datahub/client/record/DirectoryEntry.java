package io.datahub.client.record;

/**
 * An entry of a directory.
 *
 * @param path the path of the record; that of a directory ends with a slash
 * @param size the size in bytes; 0 for a directory
 * @param modified the time of the last modification, as in RFC 3339; empty for a directory
 * @param etag the entity tag, with quotation marks; empty for a directory, or if the hub doesn't know it yet
 */
public record DirectoryEntry(String path, long size, String modified, String etag) {

    /**
     * Whether it is a directory.
     *
     * @return whether it is one
     */
    public boolean isDirectory() {
        return path.endsWith("/");
    }
}
