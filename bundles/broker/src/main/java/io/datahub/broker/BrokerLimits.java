package io.datahub.broker;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The bounds of the broker, checked and completed.
 *
 * @param queueBytes what may wait for one subscriber, in bytes; the largest message always fits
 * @param queueMessages what may wait for one subscriber, in messages
 * @param highWaterBytes a queue with more bytes than this makes publishers wait that can
 * @param pinnedBytes how much memory of others a queue may hold up
 * @param maxQueuedBytes what may wait in all queues together
 * @param maxMessageBytes the largest message, its topic not counted
 * @param maxSubscriptions of one session
 * @param maxSubscriptionBytes the memory of all sessions' subscriptions
 * @param pushWaitMillis how long a publisher waits for a full queue
 * @param tooSlowMillis how long a session may go on losing events; 0 is for ever
 * @param tooSlowTransports whose sessions end then
 * @param slowDisconnectMillis how long a session of any other transport may go on losing events; 0 is for ever
 */
record BrokerLimits(
        long queueBytes,
        int queueMessages,
        long highWaterBytes,
        long pinnedBytes,
        long maxQueuedBytes,
        int maxMessageBytes,
        int maxSubscriptions,
        long maxSubscriptionBytes,
        long pushWaitMillis,
        long tooSlowMillis,
        Set<String> tooSlowTransports,
        long slowDisconnectMillis) {

    /** What a queue entry costs beside its bytes, so that many small ones can't take more memory than the bound says. */
    static final int ENTRY_BYTES = 64;

    private static final int LARGEST_TOPIC_AND_HEADERS = 8_192;

    static BrokerLimits of(BrokerConfiguration configuration) {
        requirePositive("queueMessages", configuration.queueMessages());
        requirePositive("highWaterBytes", configuration.highWaterBytes());
        requirePositive("maxMessageBytes", configuration.maxMessageBytes());
        requirePositive("maxSubscriptions", configuration.maxSubscriptions());
        requireNotNegative("queueBytes", configuration.queueBytes());
        requireNotNegative("pinnedBytes", configuration.pinnedBytes());
        requireNotNegative("maxQueuedBytes", configuration.maxQueuedBytes());
        requireNotNegative("maxSubscriptionBytes", configuration.maxSubscriptionBytes());
        requireNotNegative("pushWaitMillis", configuration.pushWaitMillis());
        requireNotNegative("tooSlowMillis", configuration.tooSlowMillis());
        requireNotNegative("slowDisconnectMillis", configuration.slowDisconnectMillis());
        long largest = (long) configuration.maxMessageBytes() + LARGEST_TOPIC_AND_HEADERS;
        long together = configuration.maxQueuedBytes() > 0
                ? configuration.maxQueuedBytes()
                : Runtime.getRuntime().maxMemory() / 4;
        return new BrokerLimits(
                Math.max(configuration.queueBytes(), largest),
                configuration.queueMessages(),
                configuration.highWaterBytes(),
                configuration.pinnedBytes(),
                Math.max(together, largest),
                configuration.maxMessageBytes(),
                configuration.maxSubscriptions(),
                configuration.maxSubscriptionBytes() > 0
                        ? configuration.maxSubscriptionBytes()
                        : Runtime.getRuntime().maxMemory() / 8 * 3,
                configuration.pushWaitMillis(),
                configuration.tooSlowMillis(),
                names(configuration.tooSlowTransports()),
                configuration.slowDisconnectMillis());
    }

    /** What may be at validators at once, in bytes: a quarter of what may wait in all queues, and the largest message at least. */
    long maxValidatingBytes() {
        return Math.max(maxQueuedBytes / 4, (long) maxMessageBytes + LARGEST_TOPIC_AND_HEADERS);
    }

    /** How long a session of that transport may go on losing events, in milliseconds; 0 is for ever. */
    long patienceMillis(String transport) {
        return tooSlowTransports.contains(transport) ? tooSlowMillis : slowDisconnectMillis;
    }

    /** A list from a file comes as one string with commas. */
    private static Set<String> names(String[] values) {
        return Arrays.stream(String.join(",", values).split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static void requirePositive(String key, long value) {
        require(value > 0, key, value, "positive");
    }

    private static void requireNotNegative(String key, long value) {
        require(value >= 0, key, value, "0 or more");
    }

    private static void require(boolean right, String key, long value, String range) {
        if (!right) {
            throw new IllegalArgumentException(
                    key + "=" + value + " in io.datahub.broker.cfg must be " + range + "; correct or remove the line");
        }
    }
}
