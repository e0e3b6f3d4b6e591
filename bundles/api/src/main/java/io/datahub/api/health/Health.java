package io.datahub.api.health;

/**
 * The health of a component.
 *
 * @param ready whether the component works
 * @param degraded whether it works but an operator must act, because a problem has not taken effect yet
 * @param detail one line for the operator: where it listens, or what is wrong and how to fix it
 */
public record Health(boolean ready, boolean degraded, String detail) {

    /**
     * A component that is not degraded.
     *
     * @param ready whether the component works
     * @param detail its state in one line
     */
    public Health(boolean ready, String detail) {
        this(ready, false, detail);
    }

    /**
     * Ready.
     *
     * @param detail one line for the operator
     * @return the health
     */
    public static Health ready(String detail) {
        return new Health(true, detail);
    }

    /**
     * Ready, but an operator must act: the hub keeps running as before, and monitors report the problem.
     *
     * @param detail one line for the operator: what is wrong and how to fix it
     * @return the health
     */
    public static Health degraded(String detail) {
        return new Health(true, true, detail);
    }

    /**
     * Not ready.
     *
     * @param detail one line for the operator: what is wrong and how to fix it
     * @return the health
     */
    public static Health down(String detail) {
        return new Health(false, detail);
    }
}
