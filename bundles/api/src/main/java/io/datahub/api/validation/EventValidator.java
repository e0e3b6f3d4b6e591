package io.datahub.api.validation;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Validates events before they are delivered. Registered as a service with the property {@link #TOPICS} and, like
 * {@link Validator}s, a name; all validators whose topics match must accept. An event refused by one is refused to its
 * publisher.
 *
 * <p>Called on dedicated threads, several at once. The publisher waits for the verdict, so validation should be quick.
 * After its time limit, {@link #TIMEOUT_MILLIS}, the event is refused as unavailable and the thread is interrupted. An exception also refuses the
 * event, and is reported as a failure of the validator, never as a verdict.
 */
@ConsumerType
public interface EventValidator {

    /**
     * Service property: the topic prefixes that it validates, as an array, a collection, or one comma-separated text.
     * An asterisk at the end of a prefix is ignored; alone it matches all topics.
     */
    String TOPICS = "topics";

    /** Service property: the time limit of one validation in milliseconds, from 1 to {@link #MAX_TIMEOUT_MILLIS}. */
    String TIMEOUT_MILLIS = "timeoutMillis";

    /** The time limit without {@link #TIMEOUT_MILLIS}, in milliseconds. */
    long DEFAULT_TIMEOUT_MILLIS = 1_000;

    /** The longest time limit, in milliseconds. */
    long MAX_TIMEOUT_MILLIS = 60_000;

    /**
     * Validates an event.
     *
     * @param topic its topic
     * @param user its publisher
     * @param payload its payload, which must only be read, and only during this call
     * @return the verdict
     * @throws Exception if it failed; that is no verdict, and the event is refused
     */
    Verdict validate(String topic, String user, ByteBuffer payload) throws Exception;
}
