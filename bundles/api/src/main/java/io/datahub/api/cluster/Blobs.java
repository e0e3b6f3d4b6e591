package io.datahub.api.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Immutable bytes under fresh keys, which all hubs of a cluster share. A key is stored once and never again, so whoever
 * has read a part of a blob may keep it.
 *
 * <p>Thread-safe. All methods may block on the network, and retry for a while what may pass. An {@link IOException}
 * says that the blobs are unreachable or have failed.
 */
@ProviderType
public interface Blobs {

    /** The form of a key. */
    Pattern KEY_FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    /** What is stored. */
    interface Source {

        /**
         * The number of bytes.
         *
         * @return the number
         */
        long length();

        /**
         * The SHA-256 of all bytes.
         *
         * @return in lower-case hexadecimal; empty if unknown
         */
        Optional<String> sha256();

        /**
         * Opens the bytes. Called again when they have to be sent again, and for several parts at once.
         *
         * @param from the offset of the first byte
         * @return a stream, closed by whoever opens it
         * @throws IOException if they can't be read; the blob isn't stored then
         */
        InputStream open(long from) throws IOException;
    }

    /**
     * A stored blob.
     *
     * @param key its key
     * @param length in bytes
     * @param stored when it was stored, by the clock of the blobs, or when that began
     */
    record Info(String key, long length, Instant stored) {}

    /**
     * Stores a blob. It is durable, and there for all hubs, when this returns; after an exception it is there or not.
     *
     * @param key a fresh key of the form {@link #KEY_FORM}
     * @param source the bytes, of any number
     * @throws IOException if they can't be stored or read
     * @throws IllegalArgumentException if the key has another form
     */
    void put(String key, Source source) throws IOException;

    /**
     * Opens a blob. The stream continues over lost connections, and ends early only with an exception.
     *
     * @param key its key
     * @param from the offset of the first byte, at least 0
     * @param length the number of bytes, at least 0; there must be as many
     * @return the bytes, closed by the caller
     * @throws java.nio.file.NoSuchFileException if there is no such blob
     * @throws IOException if it can't be read, or is shorter
     */
    InputStream open(String key, long from, long length) throws IOException;

    /**
     * The size of a blob.
     *
     * @param key its key
     * @return the number of bytes; empty if there is no such blob
     * @throws IOException if that can't be told
     */
    OptionalLong size(String key) throws IOException;

    /**
     * Deletes blobs; those that aren't there are ignored.
     *
     * @param keys their keys
     * @throws IOException if one can't be deleted; others may be
     */
    void delete(Collection<String> keys) throws IOException;

    /**
     * Lists blobs, by key.
     *
     * @param after keys after this one; empty starts at the first
     * @param limit the maximum number, at least 1
     * @return the blobs; fewer than the limit only if there are no more
     * @throws IOException if they can't be listed
     */
    List<Info> list(String after, int limit) throws IOException;
}
