package io.datahub.validators;

import io.datahub.api.record.RecordStore;
import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.Verdict;
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
 * The rule: "a record, or an event of these topics, is a CloudEvent 1.0 in structured JSON, and its data is valid by the
 * schema for its type". One instance a configuration. It stays in place while its configuration changes, so that no event
 * passes unjudged meanwhile.
 */
@Component(
        name = "io.datahub.validator.cloudevents",
        service = {Validator.class, EventValidator.class},
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = CloudEventsConfiguration.class, factory = true)
public final class CloudEventsValidator implements Validator, EventValidator {

    private static final long MOST_STEPS = 20_000_000;
    private static final long MOST_STEPS_OF_EVENT = 200_000;

    private final RecordStore store;
    private final DocumentMemory room;
    private volatile CloudEventCheck check;
    private volatile String fault = "";

    @Activate
    public CloudEventsValidator(
            CloudEventsConfiguration configuration, @Reference RecordStore store, @Reference DocumentMemory room) {
        this.store = store;
        this.room = room;
        check = new CloudEventCheck(configuration, store);
    }

    /** Puts another configuration in force. One that is no good makes every judgement fail. */
    @Modified
    void modified(CloudEventsConfiguration configuration) {
        try {
            check = new CloudEventCheck(configuration, store);
            fault = "";
        } catch (IllegalArgumentException e) {
            fault = e.getMessage();
            throw e;
        }
    }

    private CloudEventCheck check() {
        if (!fault.isEmpty()) {
            throw new IllegalStateException(fault);
        }
        return check;
    }

    @Override
    public Verdict judge(Candidate candidate) throws IOException, InterruptedException {
        CloudEventCheck present = check();
        if (present.isTooBig(candidate.size())) {
            return present.tooBig(candidate.size());
        }
        DocumentMemory.Place place = room.take(candidate.size());
        try (InputStream bytes = candidate.open()) {
            return present.check(bytes, MOST_STEPS);
        } finally {
            place.close();
        }
    }

    @Override
    public Verdict judge(String topic, String user, ByteBuffer payload) throws IOException, InterruptedException {
        CloudEventCheck present = check();
        if (present.isTooBig(payload.remaining())) {
            return present.tooBig(payload.remaining());
        }
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return present.check(new ByteArrayInputStream(bytes), MOST_STEPS_OF_EVENT);
    }
}
