package io.datahub.validators;

import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorService;
import io.datahub.api.validation.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import javax.xml.validation.Schema;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.xml.sax.SAXException;

/**
 * The rule: "broker_users.xml is valid by its schema; names, tokens, keys and certificates occur once; roles are known and
 * none is a built-in one; keys parse; dates have a zone; no user's topics with {@code {user}} contain another's; anonymous has no credential; and an administrator who is enabled
 * has one that lasts for another 24 hours".
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
    public Verdict judge(Candidate candidate) throws IOException, SAXException {
        if (candidate.size() > MAX_BYTES) {
            return ValidatorLimits.tooBig(candidate.size(), MAX_BYTES);
        }
        Findings rules = new Findings();
        Findings structure = new Findings();
        UsersRules handler = new UsersRules(rules, clock.instant());
        try (InputStream bytes = candidate.open()) {
            SecureXml.parse(bytes, SchemaCheck.handler(schema, handler, structure), structure);
        }
        return Findings.merged(rules, structure).verdict();
    }
}
