package io.datahub.api.state;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The durable state of adapters: bundles that connect the hub to other systems and have to remember a little, such as
 * the cursor up to which they forwarded file events. In a cluster all hubs share it. Thread-safe.
 */
@ProviderType
public interface AdapterStates {

    /** The form of an adapter's name: lower-case letters, digits, dots and hyphens, at most 64. */
    String NAME_FORM = "[a-z][a-z0-9.-]{0,63}";

    /**
     * The state of an adapter, which exists as long as it has entries. Two adapters with one name share it, so an
     * adapter should choose a name of its own, such as that of its configuration ({@code webhook-jenkins}). Never
     * blocks.
     *
     * @param adapter the name, of the form {@link #NAME_FORM}
     * @return its state
     * @throws IllegalArgumentException if the name has another form
     */
    AdapterState of(String adapter);

    /**
     * Checks a name, for implementations.
     *
     * @param adapter the name
     * @throws IllegalArgumentException if it doesn't have the form {@link #NAME_FORM}
     */
    static void requireName(String adapter) {
        if (!adapter.matches(NAME_FORM)) {
            throw new IllegalArgumentException("the name of an adapter must match " + NAME_FORM);
        }
    }
}
