package io.datahub.api.hook;

import io.datahub.api.Result;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Translates what a system sends to a hook into events. Registered as a service with the property {@link #KIND}. Of
 * several for one kind, the one from the bundle with the highest version is used, then the one with the highest service
 * ranking. It can be replaced while the hub runs: deliveries wait for up to ten seconds while its bundle is updated.
 *
 * <p>Called on threads of the HTTP server, several at once, after the signature of the delivery was verified. It should
 * take milliseconds and must not block. The same delivery must always give the same events, with the same IDs, so that
 * consumers recognize an event that is published again after a failure. An exception counts as a failure of the
 * translator: the sender gets 503 and may send the delivery again.
 */
@ConsumerType
public interface EventTranslator {

    /**
     * Service property: the kind of hooks that it translates for, as in their configuration ({@code kind}), such as
     * {@code github}: lower-case letters, digits and hyphens; one or several.
     */
    String KIND = "datahub.translator.kind";

    /**
     * Translates a delivery.
     *
     * @param delivery what the system has sent
     * @return the events; or a refusal with {@link io.datahub.api.Reason#INVALID} that says what is wrong with the
     *     delivery, which the sender receives
     */
    Result<Translation> translate(Delivery delivery);
}
