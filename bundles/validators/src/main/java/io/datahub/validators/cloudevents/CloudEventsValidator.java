package io.datahub.validators.cloudevents;

import io.datahub.api.record.RecordStore;
import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.Verdict;
import io.datahub.validators.support.DocumentMemory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Validates that a record, or an event of the configured topics, is a CloudEvent 1.0 in structured JSON, and that its
 * data is valid by the schema for its type. One instance per configuration. The instance is kept when its configuration
 * changes, so that no event passes without validation.
 */
@Component(
        name = "io.datahub.validator.cloudevents",
        service = {Validator.class, EventValidator.class},
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = CloudEventsConfiguration.class, factory = true)
public final class CloudEventsValidator implements Validator, EventValidator {

    private static final long MAX_STEPS = 20_000_000;
    private static final long MAX_EVENT_STEPS = 200_000;

    private final RecordStore store;
    private final DocumentMemory documentMemory;
    private volatile CloudEventCheck check;
    private volatile String configurationError = "";

    @Activate
    public CloudEventsValidator(
            CloudEventsConfiguration configuration,
            @Reference RecordStore store,
            @Reference DocumentMemory documentMemory) {
        this.store = store;
        this.documentMemory = documentMemory;
        check = new CloudEventCheck(configuration, store);
    }

    /** Applies a new configuration. While it is invalid, every validation fails. */
    @Modified
    void modified(CloudEventsConfiguration configuration) {
        try {
            check = new CloudEventCheck(configuration, store);
            configurationError = "";
        } catch (IllegalArgumentException e) {
            configurationError = e.getMessage();
            throw e;
        }
    }

    private CloudEventCheck currentCheck() {
        if (!configurationError.isEmpty()) {
            throw new IllegalStateException(configurationError);
        }
        return check;
    }

    @Override
    public Verdict validate(Candidate candidate) throws IOException, InterruptedException {
        CloudEventCheck current = currentCheck();
        if (current.isTooBig(candidate.size())) {
            return current.tooBig(candidate.size());
        }
        DocumentMemory.Reservation reservation = documentMemory.reserve(candidate.size());
        try (InputStream bytes = candidate.open()) {
            return current.validate(bytes, MAX_STEPS);
        } finally {
            reservation.close();
        }
    }

    @Override
    public Verdict validate(String topic, String user, ByteBuffer payload) throws IOException, InterruptedException {
        CloudEventCheck current = currentCheck();
        if (current.isTooBig(payload.remaining())) {
            return current.tooBig(payload.remaining());
        }
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return current.validate(new ByteArrayInputStream(bytes), MAX_EVENT_STEPS);
    }
}
