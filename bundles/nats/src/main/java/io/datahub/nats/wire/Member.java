package io.datahub.nats.wire;

/**
 * A hub from its start to its end.
 *
 * @param name its name
 * @param incarnation a random number for each start
 */
public record Member(String name, long incarnation) {

    @Override
    public String toString() {
        return name;
    }
}
