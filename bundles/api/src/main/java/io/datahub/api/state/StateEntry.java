package io.datahub.api.state;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** An entry of an adapter's state. Immutable. */
public final class StateEntry {

    private final String key;
    private final byte[] value;
    private final long revision;
    private final Optional<Instant> expires;

    /**
     * Creates an entry.
     *
     * @param key its key
     * @param value its value; it is copied
     * @param revision identifies this version: no other version of the key ever has the same
     * @param expires when it expires; empty if never
     */
    public StateEntry(String key, byte[] value, long revision, Optional<Instant> expires) {
        this.key = key;
        this.value = value.clone();
        this.revision = revision;
        this.expires = expires;
    }

    /**
     * Its key.
     *
     * @return the key
     */
    public String key() {
        return key;
    }

    /**
     * Its value.
     *
     * @return a copy of the value
     */
    public byte[] value() {
        return value.clone();
    }

    /**
     * Its value as text.
     *
     * @return the value, decoded as UTF-8
     */
    public String text() {
        return new String(value, StandardCharsets.UTF_8);
    }

    /**
     * What it counts towards the limits of {@link AdapterState}.
     *
     * @return the size of key and value, and {@link StateLimits#ENTRY_BYTES}, in bytes
     */
    public long bytes() {
        return StateLimits.ENTRY_BYTES + key.getBytes(StandardCharsets.UTF_8).length + (long) value.length;
    }

    /**
     * Identifies this version of the entry, for {@link AdapterState#replace}.
     *
     * @return the revision; later versions of a key have greater ones
     */
    public long revision() {
        return revision;
    }

    /**
     * When it expires.
     *
     * @return the time; empty if it doesn't
     */
    public Optional<Instant> expires() {
        return expires;
    }

    /** Its key, for messages; the value may be a secret. */
    @Override
    public String toString() {
        return key + " (revision " + revision + ")";
    }
}
