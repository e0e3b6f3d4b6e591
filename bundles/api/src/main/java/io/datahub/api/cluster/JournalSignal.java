package io.datahub.api.cluster;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Tells the other hubs that the journal has new entries, so that they needn't wait until they look. Registered as a
 * service by what connects the hubs; without it they look often. A signal may get lost, or come late or twice.
 */
@ProviderType
public interface JournalSignal {

    /**
     * The journal has an entry with this number. Never blocks or fails.
     *
     * @param number the newest number that is known
     */
    void advanced(long number);
}
