package io.datahub.http.tree;

import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;

/** Writes an archive, entry by entry, to a stream that it doesn't close. Not thread-safe. */
interface ArchiveWriter extends Closeable {

    /** Adds a directory. */
    void addDirectory(String path, Instant modified) throws IOException;

    /**
     * Begins a file, whose bytes follow.
     *
     * @param size in bytes; exactly as many must be written
     */
    void beginFile(String path, long size, Instant modified) throws IOException;

    /** Writes bytes of the file that was begun. */
    void write(byte[] bytes, int length) throws IOException;

    /** Ends the file that was begun. */
    void endFile() throws IOException;

    /** Writes the end of the archive. */
    void finish() throws IOException;

    /** Releases the memory of the compressor. */
    @Override
    void close() throws IOException;
}
