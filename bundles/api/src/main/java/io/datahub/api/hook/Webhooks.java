package io.datahub.api.hook;

import io.datahub.api.Result;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The webhooks by which the hub sends events to other systems, for administration. Thread-safe. */
@ProviderType
public interface Webhooks {

    /**
     * The configured webhooks. Never blocks.
     *
     * @return their state, by name
     */
    List<WebhookStatus> webhooks();

    /**
     * The dead letters of a webhook: events that its target refused for good. May block on disk or network.
     *
     * @param webhook the name of the webhook
     * @return the dead letters, oldest first; or a refusal, {@link io.datahub.api.Reason#NOT_FOUND} if there is no such
     *     webhook
     * @throws java.io.UncheckedIOException if the medium failed
     */
    Result<List<DeadLetter>> deadLetters(String webhook);

    /**
     * Sends dead letters again, in their order and after what is being sent, and resumes a webhook that has ended
     * because its target answered 410. May block on disk or network.
     *
     * @param webhook the name of the webhook
     * @param id the ID of a dead letter; empty for all
     * @return how many are sent again; or a refusal, {@link io.datahub.api.Reason#NOT_FOUND} if there is no such
     *     webhook or dead letter, {@link io.datahub.api.Reason#CONFLICT} if another hub of the cluster sends
     * @throws java.io.UncheckedIOException if the medium failed
     */
    Result<Integer> resend(String webhook, Optional<String> id);

    /**
     * Removes dead letters, which are then never sent again. May block on disk or network.
     *
     * @param webhook the name of the webhook
     * @param id the ID of a dead letter; empty for all
     * @return how many were removed; or a refusal, {@link io.datahub.api.Reason#NOT_FOUND} if there is no such
     *     webhook or dead letter, {@link io.datahub.api.Reason#CONFLICT} if another hub of the cluster sends
     * @throws java.io.UncheckedIOException if the medium failed
     */
    Result<Integer> drop(String webhook, Optional<String> id);

    /**
     * The state of a webhook. Counts are of events since the webhook was configured or the hub was started.
     *
     * @param name its name
     * @param kind the form of what it sends
     * @param host the host that it sends to
     * @param state {@code sending}; {@code retrying} a message, since the target doesn't take it or there is no room for
     *     its dead letter; {@code ended} by the target; or {@code standby}, while another hub of the cluster sends
     * @param sender in standby, the hub of the cluster that sends, if it is known; else empty
     * @param nextAttempt when it tries again, if it is retrying
     * @param delivered events that the target has accepted
     * @param dropped events of topics that aren't kept (in a cluster all but file events), lost while the target was
     *     unreachable or slow
     * @param deadLetters the number of dead letters; 0 in standby
     * @param recent the message that it is retrying, if it is, and the last ones before it, the newest first; at most 20
     * @param problem why it isn't sending; empty if it is
     */
    record WebhookStatus(
            String name,
            String kind,
            String host,
            String state,
            Optional<String> sender,
            Optional<Instant> nextAttempt,
            long delivered,
            long dropped,
            int deadLetters,
            List<RecentDelivery> recent,
            String problem) {}

    /**
     * An event that a target refused for good, so that the ones behind it could be sent.
     *
     * @param id the {@code webhook-id} that it was sent with
     * @param topic its topic
     * @param time when it was given up
     * @param reason the target's answer
     * @param resendable whether it can be sent again; otherwise it was too large to be kept
     */
    record DeadLetter(String id, String topic, Instant time, String reason, boolean resendable) {}
}
