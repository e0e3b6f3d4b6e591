package io.datahub.api.validation;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Judges events before they are handed on. Registered as a service with the property {@link #TOPICS} and, as
 * {@link Validator}s are, a name; all whose topics fit must accept. What one refuses is refused to its publisher.
 *
 * <p>Called on threads of its own, several at once. Its publisher waits for the verdict, so it is to be quick. After a second
 * the event is refused as unavailable and the thread interrupted. What it throws keeps the event out and is reported as a
 * failure of the validator, never as a verdict.
 */
@ConsumerType
public interface EventValidator {

    /**
     * Service property: the beginnings of the topics that it judges, as an array, a collection, or one text with commas. An
     * asterisk at the end of one changes nothing, and alone it stands for all topics.
     */
    String TOPICS = "topics";

    /**
     * Judges an event.
     *
     * @param topic its topic
     * @param user who publishes it
     * @param payload its payload, to be read only and only during this call
     */
    Verdict judge(String topic, String user, ByteBuffer payload) throws Exception;
}
