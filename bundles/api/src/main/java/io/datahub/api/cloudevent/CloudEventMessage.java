package io.datahub.api.cloudevent;

/**
 * A CloudEvent in JSON (CloudEvents JSON event format 1.0.2).
 *
 * @param event the attributes
 * @param json the event, byte for byte as the sender wrote it, or as JSON if it was received in binary mode
 */
@SuppressWarnings("ArrayRecordComponent") // short-lived; never compared
public record CloudEventMessage(CloudEvent event, byte[] json) {}
