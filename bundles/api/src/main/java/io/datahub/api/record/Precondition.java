package io.datahub.api.record;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A condition on the version that a write would replace. It is evaluated while no other writer can intervene, and must
 * return at once.
 */
@ConsumerType
@FunctionalInterface
public interface Precondition {

    /** Always holds. Unlike any other precondition, it doesn't need the version's entity tag. */
    Precondition NONE = current -> true;

    /**
     * Whether it holds; empty means that the record doesn't exist.
     *
     * @param current the version that would be replaced
     * @return whether it holds
     */
    boolean holds(Optional<RecordVersion> current);

    /**
     * This condition together with another one.
     *
     * @param other the other
     * @return a condition that holds if both do
     */
    default Precondition and(Precondition other) {
        if (this == NONE || other == NONE) {
            return this == NONE ? other : this;
        }
        return current -> holds(current) && other.holds(current);
    }
}
