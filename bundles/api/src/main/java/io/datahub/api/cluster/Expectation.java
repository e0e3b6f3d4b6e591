package io.datahub.api.cluster;

import java.util.Objects;
import java.util.Optional;

/** What an {@link Operation} expects to find at its path. */
public final class Expectation {

    /** Anything. */
    public static final Expectation ANY = new Expectation(null);

    /** No record. */
    public static final Expectation ABSENT = new Expectation("");

    private final String etag;

    private Expectation(String etag) {
        this.etag = etag;
    }

    /**
     * A version.
     *
     * @param etag its entity tag, including the quotes
     * @return the expectation
     * @throws IllegalArgumentException if the tag is empty
     */
    public static Expectation of(String etag) {
        if (etag.isEmpty()) {
            throw new IllegalArgumentException("an entity tag isn't empty");
        }
        return new Expectation(etag);
    }

    /**
     * The version that was seen, or none.
     *
     * @param seen its entity tag; empty for no record
     * @return the expectation
     */
    public static Expectation ofSeen(Optional<String> seen) {
        return seen.map(Expectation::of).orElse(ABSENT);
    }

    /**
     * Whether it holds.
     *
     * @param current the entity tag of the record at the path; empty for no record
     * @return whether it does
     */
    public boolean holds(Optional<String> current) {
        return etag == null || etag.equals(current.orElse(""));
    }

    /**
     * For implementations: a text for each expectation.
     *
     * @return the entity tag, empty for {@link #ABSENT}; or empty for {@link #ANY}
     */
    public Optional<String> etag() {
        return Optional.ofNullable(etag);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Expectation expectation && Objects.equals(expectation.etag, etag);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(etag);
    }

    @Override
    public String toString() {
        return etag == null ? "any" : etag.isEmpty() ? "absent" : etag;
    }
}
