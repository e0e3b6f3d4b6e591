package io.datahub.api.record;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told of each change before whoever made it gets the answer. A service; called in the order of the journal from one
 * thread at a time, and must be quick.
 */
@ConsumerType
public interface ChangeListener {

    void changed(Change change);
}
