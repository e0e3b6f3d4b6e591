package io.datahub.client.record;

/**
 * What has to hold when a record is changed (RFC 9110, section 13): the hub checks it at the moment of the change.
 *
 * @param header {@code If-Match}, {@code If-None-Match}, or an empty string
 * @param value the value of the header
 */
public record Condition(String header, String value) {

    /** No condition. */
    public static final Condition NONE = new Condition("", "");

    /** There is no such record yet. */
    public static final Condition ABSENT = new Condition("If-None-Match", "*");

    /** There is such a record. */
    public static final Condition PRESENT = new Condition("If-Match", "*");

    /**
     * The record still is the version with this entity tag.
     *
     * @param etag the entity tag as the hub has sent it, with its quotation marks
     * @return the condition
     */
    public static Condition matches(String etag) {
        return new Condition("If-Match", etag);
    }
}
