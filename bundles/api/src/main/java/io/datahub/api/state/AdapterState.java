package io.datahub.api.state;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The durable entries of one adapter: small values by key, each with a revision that changes with every write and with
 * an optional expiry. It is meant for a little that must survive a restart, not as a database or a queue.
 *
 * <p>An update is atomic and, once the method has returned, durable: it survives a killed process and a power failure.
 * If it throws {@link IOException}, or the process ends while it runs, either all of it or nothing was done; a caller
 * that needs to know reads the entries again. Each durable update waits for a flush of the disk, which concurrent
 * updates share: a few milliseconds, and far more of them per second from many threads than from one.
 *
 * <p>Entries that have expired are never seen; they are removed in the background. Methods may block on disk I/O, or on
 * the network in a cluster, and are thread-safe; {@link IOException} means that the medium failed or is full.
 */
@ProviderType
public interface AdapterState {

    /**
     * Finds an entry. It may be one whose update hasn't returned yet, and that a power failure could still undo.
     *
     * @param key its key
     * @return the entry; empty if there is none, or it has expired
     * @throws IOException if the medium failed
     */
    Optional<StateEntry> get(String key) throws IOException;

    /**
     * Lists entries in a fixed order of their keys: that of the characters, where these are ASCII.
     *
     * @param prefix what the keys begin with; empty for all
     * @param after lists only keys behind this one; empty to begin with the first
     * @param limit the maximum number of entries, from 1
     * @return the entries; if they are as many as the limit, there may be more
     * @throws IOException if the medium failed
     */
    List<StateEntry> list(String prefix, String after, int limit) throws IOException;

    /**
     * Makes several changes, all of them or none.
     *
     * @param changes the changes, of different keys
     * @return the revision that all changed entries have now; or a refusal, and then nothing has changed: {@link
     *     Reason#PRECONDITION_FAILED} if a condition doesn't hold, {@link Reason#NO_ROOM} if the adapter's entries, or
     *     those of all adapters, would become too large
     * @throws IOException if the medium failed or is full
     * @throws IllegalArgumentException if there are none or more than {@link StateLimits#MAX_CHANGES}, or two have the same key
     */
    Result<Long> update(List<StateChange> changes) throws IOException;

    /**
     * Stores a value, whether or not the key has one. It doesn't expire.
     *
     * @param key the key
     * @param value the value; it is copied
     * @return its revision, or a refusal as by {@link #update}
     * @throws IOException if the medium failed or is full
     */
    default Result<Long> put(String key, byte[] value) throws IOException {
        return update(List.of(StateChange.put(key, value)));
    }

    /**
     * Stores a value for some time, if the key has none: so that a delivery, say, is processed once only. Of concurrent
     * calls with the same key one succeeds.
     *
     * @param key the key
     * @param value the value; it is copied
     * @param keepFor how long it is kept
     * @return its revision; or a refusal as by {@link #update}, {@link Reason#PRECONDITION_FAILED} if the key has a
     *     value, which is durable then
     * @throws IOException if the medium failed or is full
     */
    default Result<Long> putIfAbsent(String key, byte[] value, Duration keepFor) throws IOException {
        return update(List.of(StateChange.put(key, value).ifAbsent().expiringAfter(keepFor)));
    }

    /**
     * Replaces a value if it still has this revision (compare and set). It doesn't expire.
     *
     * @param key the key
     * @param revision the revision that was read
     * @param value the new value; it is copied
     * @return the new revision; or a refusal as by {@link #update}, {@link Reason#PRECONDITION_FAILED} if the entry was
     *     changed or is gone
     * @throws IOException if the medium failed or is full
     */
    default Result<Long> replace(String key, long revision, byte[] value) throws IOException {
        return update(List.of(StateChange.put(key, value).ifRevision(revision)));
    }

    /**
     * Deletes an entry, if there is one.
     *
     * @param key its key
     * @throws IOException if the medium failed
     */
    default void delete(String key) throws IOException {
        update(List.of(StateChange.delete(key))).get();
    }
}
