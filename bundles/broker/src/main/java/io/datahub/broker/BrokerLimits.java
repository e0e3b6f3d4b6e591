package io.datahub.broker;

import io.datahub.api.log.LogText;
import io.datahub.broker.queue.QueueLimits;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The broker's limits, validated and with defaults resolved.
 *
 * @param queue the limits of one subscriber's queue
 * @param maxQueuedBytes maximum size of all queues together
 * @param maxMessageBytes maximum size of a message without its topic
 * @param maxSubscriptions maximum number of subscriptions of a session
 * @param maxSubscriptionBytes maximum memory of all sessions' subscriptions
 * @param slowSubscriberTimeoutMillis how long a session may keep losing events before it is ended, by transport or
 *     {@code *} for all others; 0 is forever
 */
record BrokerLimits(
        QueueLimits queue,
        long maxQueuedBytes,
        int maxMessageBytes,
        int maxSubscriptions,
        long maxSubscriptionBytes,
        Map<String, Long> slowSubscriberTimeoutMillis) {

    private static final String OTHER_TRANSPORTS = "*";
    private static final Pattern MILLIS = Pattern.compile("[0-9]{1,15}");
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
        long largestMessage = (long) configuration.maxMessageBytes() + LARGEST_TOPIC_AND_HEADERS;
        long total = configuration.maxQueuedBytes() > 0
                ? configuration.maxQueuedBytes()
                : Runtime.getRuntime().maxMemory() / 4;
        return new BrokerLimits(
                new QueueLimits(
                        Math.max(configuration.queueBytes(), largestMessage),
                        configuration.queueMessages(),
                        configuration.highWaterBytes(),
                        configuration.pinnedBytes(),
                        configuration.pushWaitMillis()),
                Math.max(total, largestMessage),
                configuration.maxMessageBytes(),
                configuration.maxSubscriptions(),
                configuration.maxSubscriptionBytes() > 0
                        ? configuration.maxSubscriptionBytes()
                        : Runtime.getRuntime().maxMemory() / 8 * 3,
                timeouts(configuration.slowSubscriberTimeoutMillis()));
    }

    /**
     * Maximum size of all events that are being validated or kept, in bytes: a quarter of the limit of all queues, but
     * at least the largest message.
     */
    long maxPendingBytes() {
        return Math.max(maxQueuedBytes / 4, (long) maxMessageBytes + LARGEST_TOPIC_AND_HEADERS);
    }

    /** How long a session of that transport may keep losing events, in milliseconds; 0 is forever. */
    long maxLossMillis(String transport) {
        return slowSubscriberTimeoutMillis.getOrDefault(
                transport, slowSubscriberTimeoutMillis.getOrDefault(OTHER_TRANSPORTS, 0L));
    }

    /** The limits as key=value pairs. */
    String logText() {
        return "queueBytes=" + queue.maxBytes() + " queueMessages=" + queue.maxMessages() + " highWaterBytes="
                + queue.highWaterBytes() + " pinnedBytes=" + queue.pinnedBytes() + " maxQueuedBytes=" + maxQueuedBytes
                + " maxMessageBytes=" + maxMessageBytes + " maxSubscriptions=" + maxSubscriptions
                + " maxSubscriptionBytes=" + maxSubscriptionBytes + " pushWaitMillis=" + queue.pushWaitMillis()
                + " slowSubscriberTimeoutMillis=" + LogText.quoted(slowSubscriberTimeoutMillis.toString());
    }

    /** A list from a configuration file is a single comma-separated string. */
    private static Map<String, Long> timeouts(String[] values) {
        Map<String, Long> timeouts = new TreeMap<>();
        for (String item : String.join(",", values).split(",", -1)) {
            if (!item.isBlank()) {
                int colon = item.indexOf(':');
                String millis = item.substring(colon + 1).strip();
                if (colon < 0 || !MILLIS.matcher(millis).matches()) {
                    throw new IllegalArgumentException("slowSubscriberTimeoutMillis has \"" + item.strip()
                            + "\"; write TRANSPORT: MILLISECONDS, such as http: 10000");
                }
                timeouts.put(item.substring(0, colon).strip(), Long.valueOf(millis));
            }
        }
        return Collections.unmodifiableMap(timeouts);
    }

    private static void requirePositive(String key, long value) {
        require(value > 0, key, value, "positive");
    }

    private static void requireNotNegative(String key, long value) {
        require(value >= 0, key, value, "0 or more");
    }

    private static void require(boolean valid, String key, long value, String range) {
        if (!valid) {
            throw new IllegalArgumentException(
                    key + "=" + value + " in io.datahub.broker.cfg must be " + range + "; correct or remove the line");
        }
    }
}
