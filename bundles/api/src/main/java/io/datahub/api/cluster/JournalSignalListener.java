package io.datahub.api.cluster;

import org.osgi.annotation.versioning.ConsumerType;

/** Hears the {@link JournalSignal} of other hubs. Registered as a service. */
@ConsumerType
public interface JournalSignalListener {

    /**
     * Another hub says that the journal has an entry with this number. It must not block.
     *
     * @param number the number, which nothing proves
     */
    void advanced(long number);
}
