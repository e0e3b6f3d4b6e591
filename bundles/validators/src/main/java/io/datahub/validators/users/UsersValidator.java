package io.datahub.validators.users;

import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorService;
import io.datahub.api.validation.Verdict;
import io.datahub.validators.support.Findings;
import io.datahub.validators.support.ValidatorLimits;
import io.datahub.validators.xml.SecureXml;
import io.datahub.validators.xml.XsdCheck;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import javax.xml.validation.Schema;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.xml.sax.SAXException;

/**
 * Validates {@code broker_users.xml}: it must be valid by its schema; names, tokens, keys and certificates must be
 * unique; roles must be defined and must not redefine a built-in one; keys must parse; dates must have a time zone; no
 * user's topics with {@code {user}} may contain those of another user; anonymous must have no credential; and at least
 * one enabled administrator must have a credential that is valid for another 24 hours.
 */
@Component(name = "io.datahub.validators.users", service = Validator.class)
@ValidatorService(name = "users", paths = "broker_users.xml")
public final class UsersValidator implements Validator {

    private static final long MAX_BYTES = 64L << 20;

    private final Clock clock;
    private final Schema schema;

    @Activate
    public UsersValidator() {
        this(Clock.systemUTC());
    }

    UsersValidator(Clock clock) {
        this.clock = clock;
        schema = new UsersSchema().compile();
    }

    @Override
    public Verdict validate(Candidate candidate) throws IOException, SAXException {
        if (candidate.size() > MAX_BYTES) {
            return ValidatorLimits.tooBig(candidate.size(), MAX_BYTES);
        }
        Findings rules = new Findings();
        Findings structure = new Findings();
        UsersRules handler = new UsersRules(rules, clock.instant());
        try (InputStream bytes = candidate.open()) {
            SecureXml.parse(bytes, XsdCheck.handler(schema, handler, structure), structure);
        }
        return Findings.merged(rules, structure).verdict();
    }
}
