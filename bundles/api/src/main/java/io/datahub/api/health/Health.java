package io.datahub.api.health;

/**
 * What a part says of itself.
 *
 * @param ready whether the part does its job
 * @param degraded whether it does its job, but a person must act, since something that is wrong has no effect yet
 * @param detail one line for the operator: where it listens, or what is wrong and what would mend it
 */
public record Health(boolean ready, boolean degraded, String detail) {

    public Health(boolean ready, String detail) {
        this(ready, false, detail);
    }

    public static Health ready(String detail) {
        return new Health(true, detail);
    }

    /** Ready, and something waits for the operator: the hub goes on as it was, and monitors are told. */
    public static Health degraded(String detail) {
        return new Health(true, true, detail);
    }

    public static Health down(String detail) {
        return new Health(false, detail);
    }
}
