package io.datahub.api.state;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A change of one entry as part of an update: a new value or a deletion, which may depend on a condition. Immutable.
 */
public final class StateChange {

    private static final long ABSENT = 0;
    private static final long ANY = -1;
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final String key;
    private final byte[] value;
    private final long expected;
    private final Optional<Duration> keepFor;

    private StateChange(String key, byte[] value, long expected, Optional<Duration> keepFor) {
        this.key = key;
        this.value = value;
        this.expected = expected;
        this.keepFor = keepFor;
    }

    /**
     * Stores a value.
     *
     * @param key 1 to {@link StateLimits#MAX_KEY_BYTES} bytes of UTF-8 without control characters
     * @param value at most {@link StateLimits#MAX_VALUE_BYTES} bytes; it is copied
     * @return the change, without a condition and without an expiry
     * @throws IllegalArgumentException if the key has another form, or the value is too large
     */
    public static StateChange put(String key, byte[] value) {
        requireKey(key);
        if (value.length > StateLimits.MAX_VALUE_BYTES) {
            throw new IllegalArgumentException("the value has " + value.length + " bytes; at most "
                    + StateLimits.MAX_VALUE_BYTES + " are allowed");
        }
        return new StateChange(key, value.clone(), ANY, Optional.empty());
    }

    /**
     * Stores a text in UTF-8.
     *
     * @param key as for {@link #put(String, byte[])}
     * @param value at most {@link StateLimits#MAX_VALUE_BYTES} bytes of UTF-8
     * @return the change, without a condition and without an expiry
     * @throws IllegalArgumentException if the key has another form, or the value is too large
     */
    public static StateChange put(String key, String value) {
        return put(key, value.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Deletes an entry; if there is none, nothing is done.
     *
     * @param key its key
     * @return the change, without a condition
     * @throws IllegalArgumentException if no entry can have the key
     */
    public static StateChange delete(String key) {
        requireKey(key);
        return new StateChange(key, null, ANY, Optional.empty());
    }

    private static void requireKey(String key) {
        int length = key.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > StateLimits.MAX_KEY_BYTES) {
            throw new IllegalArgumentException("a key has 1 to " + StateLimits.MAX_KEY_BYTES + " bytes, not " + length);
        }
        if (key.chars().anyMatch(Character::isISOControl)
                || !StandardCharsets.UTF_8.newEncoder().canEncode(key)) {
            throw new IllegalArgumentException("a key must be Unicode text without control characters");
        }
    }

    /**
     * Checks the changes of one update, for implementations of {@link AdapterState}.
     *
     * @param changes the changes
     * @throws IllegalArgumentException as {@link AdapterState#update} throws it
     */
    public static void requireUpdate(List<StateChange> changes) {
        if (changes.isEmpty() || changes.size() > StateLimits.MAX_CHANGES) {
            throw new IllegalArgumentException(
                    "an update has 1 to " + StateLimits.MAX_CHANGES + " changes, not " + changes.size());
        }
        if (changes.stream().map(StateChange::key).distinct().count() < changes.size()) {
            throw new IllegalArgumentException("an update changes an entry once at most");
        }
    }

    /**
     * The same change, made only if the key has no entry, or an expired one.
     *
     * @return the conditional change
     */
    public StateChange ifAbsent() {
        return new StateChange(key, value, ABSENT, keepFor);
    }

    /**
     * The same change, made only if the entry has this revision.
     *
     * @param revision the revision, above zero
     * @return the conditional change
     * @throws IllegalArgumentException if the revision isn't above zero
     */
    public StateChange ifRevision(long revision) {
        if (revision <= 0) {
            throw new IllegalArgumentException("revisions are above zero; this is " + revision);
        }
        return new StateChange(key, value, revision, keepFor);
    }

    /**
     * The same value, kept for a limited time only.
     *
     * @param time how long from the update, above zero; a hundred years or more is for ever
     * @return the change
     * @throws IllegalArgumentException if the time isn't above zero
     */
    public StateChange expiringAfter(Duration time) {
        if (time.isZero() || time.isNegative()) {
            throw new IllegalArgumentException("an entry must be kept for some time, not " + time);
        }
        return new StateChange(key, value, expected, Optional.of(time).filter(kept -> kept.compareTo(FOR_EVER) < 0));
    }

    /**
     * The key of the entry.
     *
     * @return the key
     */
    public String key() {
        return key;
    }

    /**
     * The new value.
     *
     * @return a copy; empty for a deletion
     */
    public Optional<byte[]> value() {
        return Optional.ofNullable(value).map(byte[]::clone);
    }

    /**
     * How long the new value is kept.
     *
     * @return the time from the update; empty if it doesn't expire
     */
    public Optional<Duration> keepFor() {
        return keepFor;
    }

    /**
     * The condition, for implementations that evaluate it elsewhere.
     *
     * @return the revision that the entry must have; 0 if the key must have no entry; empty if there is no condition
     */
    public OptionalLong expectedRevision() {
        return expected == ANY ? OptionalLong.empty() : OptionalLong.of(expected);
    }

    /**
     * Whether the change may be made.
     *
     * @param current the revision of the key's entry; empty if it has none, or an expired one
     * @return whether the condition holds
     */
    public boolean holds(OptionalLong current) {
        return expected == ANY || expected == current.orElse(ABSENT);
    }
}
