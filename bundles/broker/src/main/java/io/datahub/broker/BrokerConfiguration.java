package io.datahub.broker;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The broker's settings, in {@code config/io.datahub.broker.cfg}. */
@ObjectClassDefinition(name = "Datahub broker", description = "Limits of the queues between publishers and subscribers")
public @interface BrokerConfiguration {

    @AttributeDefinition(
            description = "Maximum size of a subscriber's queue in bytes; never less than the largest message needs",
            min = "1")
    long queueBytes() default 33_554_432;

    @AttributeDefinition(description = "Maximum size of a subscriber's queue in messages", min = "1")
    int queueMessages() default 1_000_000;

    @AttributeDefinition(
            description = "High-water mark of a queue in bytes: above it, publishers that support backpressure wait "
                    + "until the queue"
                    + " is half as long",
            min = "1")
    long highWaterBytes() default 1_048_576;

    @AttributeDefinition(
            description = "Memory of receive buffers that a subscriber's queue may keep from being reused, in bytes;"
                    + " beyond it, events are copied",
            min = "0")
    long pinnedBytes() default 4_194_304;

    @AttributeDefinition(
            description = "Maximum size of all queues together in bytes; 0 is a quarter of the heap",
            min = "0")
    long maxQueuedBytes() default 0;

    @AttributeDefinition(
            description = "Maximum size of a message without its topic, in bytes",
            min = "1",
            max = "1073741824")
    int maxMessageBytes() default 16_777_216;

    @AttributeDefinition(description = "Maximum number of subscriptions of a session", min = "1")
    int maxSubscriptions() default 1_000_000;

    @AttributeDefinition(
            description = "Maximum memory of all subscriptions together in bytes; 0 is three eighths of the heap",
            min = "0")
    long maxSubscriptionBytes() default 0;

    @AttributeDefinition(
            description = "How long a publisher that supports backpressure waits for a full queue, in milliseconds",
            min = "0")
    long pushWaitMillis() default 5_000;

    @AttributeDefinition(
            description = "How long a subscriber may keep losing events before it is disconnected, in milliseconds, by"
                    + " transport: TRANSPORT: MILLISECONDS, separated by commas; * is any other transport. Subscribers"
                    + " of transports that aren't listed, or with 0, stay connected.")
    String[] slowSubscriberTimeoutMillis() default {"http: 10000", "websocket: 10000"};

    @AttributeDefinition(
            description = "Prefixes of topics whose events are refused while no validator of them is available,"
                    + " separated by commas")
    String[] requireValidationTopics() default {};

    @AttributeDefinition(
            description = "Prefixes of topics whose events are refused while no event log keeps them, separated by"
                    + " commas")
    String[] requireHistoryTopics() default {};
}
