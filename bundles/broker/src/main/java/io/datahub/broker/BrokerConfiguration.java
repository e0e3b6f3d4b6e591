package io.datahub.broker;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The broker's settings, in {@code config/io.datahub.broker.cfg}. */
@ObjectClassDefinition(name = "Datahub broker", description = "Bounds of the queues between publishers and subscribers")
public @interface BrokerConfiguration {

    @AttributeDefinition(
            description = "What may wait for one subscriber, in bytes; never less than the largest message takes")
    long queueBytes() default 33_554_432;

    @AttributeDefinition(description = "What may wait for one subscriber, in messages")
    int queueMessages() default 1_000_000;

    @AttributeDefinition(
            description = "From here on, in bytes, publishers that can wait do so until half of it is left")
    long highWaterBytes() default 1_048_576;

    @AttributeDefinition(
            description = "How much memory of read buffers a subscriber may hold up, in bytes;"
                    + " beyond, its events are copied out of them")
    long pinnedBytes() default 4_194_304;

    @AttributeDefinition(
            description = "What may wait in all queues together, in bytes; 0 is a quarter of the memory of the process")
    long maxQueuedBytes() default 0;

    @AttributeDefinition(description = "The largest message, its topic not counted, in bytes")
    int maxMessageBytes() default 16_777_216;

    @AttributeDefinition(description = "The number of subscriptions that one session may have")
    int maxSubscriptions() default 1_000_000;

    @AttributeDefinition(
            description = "The memory that all subscriptions together may take, in bytes; 0 is three eighths of the"
                    + " memory of the process")
    long maxSubscriptionBytes() default 0;

    @AttributeDefinition(
            description = "How long a publisher that can wait does so for a full subscriber, in milliseconds")
    long pushWaitMillis() default 5_000;

    @AttributeDefinition(
            description = "How long a subscriber of tooSlowTransports may go on losing events, in milliseconds;"
                    + " 0 is for ever")
    long tooSlowMillis() default 10_000;

    @AttributeDefinition(description = "The transports whose sessions end when they are too slow")
    String[] tooSlowTransports() default {"http", "websocket"};

    @AttributeDefinition(
            description = "How long a subscriber of any other transport, such as zeromq, may go on losing events, in"
                    + " milliseconds; 0 is for ever")
    long slowDisconnectMillis() default 0;

    @AttributeDefinition(
            description = "Beginnings of topics whose events are refused while no validator judges them, separated by"
                    + " commas")
    String[] judgedTopics() default {};
}
