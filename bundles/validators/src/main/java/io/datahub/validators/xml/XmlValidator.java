package io.datahub.validators.xml;

import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.Verdict;
import io.datahub.validators.support.Findings;
import io.datahub.validators.support.ValidatorLimits;
import java.io.IOException;
import java.io.InputStream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.xml.sax.helpers.DefaultHandler;

/** Validates that a record is well-formed XML with namespaces and without a DOCTYPE. One instance per configuration. */
@Component(
        name = "io.datahub.validator.xml",
        service = Validator.class,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = XmlConfiguration.class, factory = true)
public final class XmlValidator implements Validator {

    private final long maxBytes;

    @Activate
    public XmlValidator(XmlConfiguration configuration) {
        maxBytes = ValidatorLimits.checkedMaxBytes(configuration.maxBytes(), configuration.paths());
    }

    @Override
    public Verdict validate(Candidate candidate) throws IOException {
        if (candidate.size() > maxBytes) {
            return ValidatorLimits.tooBig(candidate.size(), maxBytes);
        }
        Findings findings = new Findings();
        try (InputStream bytes = candidate.open()) {
            SecureXml.parse(bytes, new DefaultHandler(), findings);
        }
        return findings.verdict();
    }
}
