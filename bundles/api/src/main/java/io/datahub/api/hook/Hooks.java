package io.datahub.api.hook;

import io.datahub.api.Result;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** The hooks under {@code /hooks} that other systems send to, for administration. Thread-safe. */
@ProviderType
public interface Hooks {

    /**
     * The configured hooks. Never blocks.
     *
     * @return their state, by name
     */
    List<HookStatus> hooks();

    /**
     * Translates a delivery without verifying its signature, publishing anything, or remembering it.
     *
     * @param hook the name of the hook
     * @param headers the headers by which the sender names the kind of delivery, such as {@code X-GitHub-Event}
     * @param body the body of the delivery
     * @return what would be published; or a refusal: {@link io.datahub.api.Reason#NOT_FOUND} if there is no such hook,
     *     {@link io.datahub.api.Reason#UNAVAILABLE} if there is no translator for its kind, or that of the translator
     */
    Result<Translation> test(String hook, Map<String, String> headers, byte[] body);

    /**
     * The state of a hook. Counts are of deliveries since the hook was configured or the hub was started.
     *
     * @param name its name
     * @param kind the kind of system that sends
     * @param user the user that it publishes as
     * @param topic the configured topic; empty if each event's type is its topic
     * @param translator the translator's bundle and version; empty if there is none
     * @param accepted deliveries that were accepted
     * @param repeated deliveries that had been accepted before
     * @param unknown accepted deliveries of a kind that the translator doesn't know
     * @param refused deliveries that were refused
     * @param recent the last deliveries, the newest first; at most 20
     * @param problem what an operator has to mend; empty if nothing
     */
    record HookStatus(
            String name,
            String kind,
            String user,
            String topic,
            String translator,
            long accepted,
            long repeated,
            long unknown,
            long refused,
            List<RecentDelivery> recent,
            String problem) {}
}
