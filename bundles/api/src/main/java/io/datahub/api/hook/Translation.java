package io.datahub.api.hook;

import io.datahub.api.cloudevent.CloudEventMessage;
import java.util.List;
import java.util.Optional;

/**
 * What a translator makes of a delivery.
 *
 * @param events the events to publish, in this order; their type is their topic, unless the hook has another one
 * @param unknown what kind of delivery this is, if the translator doesn't know it: such a delivery is accepted and
 *     counted, and nothing is published. At most 100 characters are shown
 */
public record Translation(List<CloudEventMessage> events, Optional<String> unknown) {

    public Translation {
        events = List.copyOf(events);
    }

    /**
     * Events to publish.
     *
     * @param events the events, in order; none if the delivery is of a known kind that says nothing of interest
     * @return the translation
     */
    public static Translation of(List<CloudEventMessage> events) {
        return new Translation(events, Optional.empty());
    }

    /**
     * A kind of delivery that the translator doesn't know.
     *
     * @param kind what the sender calls it
     * @return the translation, without events
     */
    public static Translation unknown(String kind) {
        return new Translation(List.of(), Optional.of(kind));
    }
}
