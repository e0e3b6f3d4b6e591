package io.datahub.api.health;

/**
 * What a part says of itself.
 *
 * @param ready whether the part does its job
 * @param detail one line for the operator: where it listens, or what is wrong and what would mend it
 */
public record Health(boolean ready, String detail) {

    public static Health ready(String detail) {
        return new Health(true, detail);
    }

    public static Health down(String detail) {
        return new Health(false, detail);
    }
}
