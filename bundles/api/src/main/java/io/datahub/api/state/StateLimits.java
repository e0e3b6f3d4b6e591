package io.datahub.api.state;

/** The bounds of the state that adapters keep. */
public final class StateLimits {

    /** Maximum length of a key in UTF-8, in bytes. */
    public static final int MAX_KEY_BYTES = 512;

    /** Maximum length of a value, in bytes. */
    public static final int MAX_VALUE_BYTES = 64 * 1024;

    /** Maximum number of changes in one update. */
    public static final int MAX_CHANGES = 100;

    /** Maximum size of an adapter's entries, in bytes: keys, values, and {@link #ENTRY_BYTES} for each. */
    public static final long MAX_BYTES = 32L << 20;

    /** Maximum size of the entries of all adapters, in bytes. */
    public static final long MAX_TOTAL_BYTES = 128L << 20;

    /** What an entry counts in addition to its key and its value, in bytes. */
    public static final int ENTRY_BYTES = 64;

    private StateLimits() {}
}
