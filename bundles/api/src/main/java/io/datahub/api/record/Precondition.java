package io.datahub.api.record;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What must hold of the version that a write would replace. It is asked while no other writer can come between, and
 * must answer at once.
 */
@ConsumerType
@FunctionalInterface
public interface Precondition {

    /** Holds always. Unlike any other one, it doesn't need to know the version's entity tag. */
    Precondition NONE = current -> true;

    /** Whether it holds; empty stands for a record that doesn't exist. */
    boolean holds(Optional<RecordVersion> current);
}
