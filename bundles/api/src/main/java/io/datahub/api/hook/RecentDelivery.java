package io.datahub.api.hook;

import java.time.Instant;
import java.util.List;

/**
 * What became of one of the last deliveries of a hook or a webhook, for administration. They are kept in memory: after the
 * hub or its configuration has changed there are none.
 *
 * @param time when it was received, or last sent
 * @param id what identifies it: the ID that its sender or the webhook has given it; empty if it wasn't authentic
 * @param topics the topics of what was published, or of the event that is sent; shortened
 * @param result of a hook {@code accepted}, {@code repeated}, {@code unknown} or {@code refused}; of a webhook {@code
 *     delivered}, {@code retrying} or {@code refused}
 * @param detail what the target has answered, why it was refused, or the kind that is unknown; may be empty
 */
public record RecentDelivery(Instant time, String id, List<String> topics, String result, String detail) {

    public RecentDelivery {
        topics = List.copyOf(topics);
    }
}
