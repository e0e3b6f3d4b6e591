package io.datahub.validators.policy;

import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.Verdict;
import io.datahub.validators.support.CommaSeparated;
import io.datahub.validators.support.Findings;
import io.datahub.validators.support.ValidatorLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Validates that a record has a size within limits, one of the configured extensions, and content of one of the
 * configured media types, detected from its first bytes. One instance per configuration.
 */
@Component(
        name = "io.datahub.validator.policy",
        service = Validator.class,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = PolicyConfiguration.class, factory = true)
public final class PolicyValidator implements Validator {

    private final long minBytes;
    private final long maxBytes;
    private final List<String> extensions;
    private final List<String> types;
    private final List<String> refusedTypes;
    private final boolean matchExtension;

    @Activate
    public PolicyValidator(PolicyConfiguration configuration) {
        minBytes = configuration.minBytes();
        maxBytes = ValidatorLimits.checkedMaxBytes(configuration.maxBytes(), configuration.paths());
        if (minBytes < 0 || minBytes > maxBytes) {
            throw new IllegalArgumentException(
                    "minBytes is " + minBytes + "; it must be from 0 to maxBytes, which is " + maxBytes);
        }
        extensions = CommaSeparated.of(configuration.extensions()).stream()
                .map(extension -> (extension.startsWith(".") ? extension : "." + extension).toLowerCase(Locale.ROOT))
                .toList();
        types = CommaSeparated.of(configuration.types());
        refusedTypes = CommaSeparated.of(configuration.refusedTypes());
        matchExtension = configuration.matchExtension();
    }

    @Override
    public Verdict validate(Candidate candidate) throws IOException {
        Findings findings = new Findings();
        long size = candidate.size();
        if (size < minBytes || size > maxBytes) {
            findings.add("the record has " + size + " bytes; allowed are from " + minBytes + " to " + maxBytes);
        }
        String name = candidate.path().name().toLowerCase(Locale.ROOT);
        if (!extensions.isEmpty() && extensions.stream().noneMatch(name::endsWith)) {
            findings.add("the name " + name + " has none of the extensions " + String.join(", ", extensions));
        }
        if (!types.isEmpty() || !refusedTypes.isEmpty() || matchExtension) {
            validateContent(name, detectType(candidate), findings);
        }
        return findings.verdict();
    }

    private static MediaType detectType(Candidate candidate) throws IOException {
        try (InputStream bytes = candidate.open()) {
            return MediaType.of(bytes.readNBytes(MediaType.BYTES_NEEDED));
        }
    }

    private void validateContent(String name, MediaType type, Findings findings) {
        if (!types.isEmpty() && types.stream().noneMatch(type::matches)) {
            findings.add("the content is " + type + "; allowed are " + String.join(", ", types));
        }
        refusedTypes.stream()
                .filter(type::matches)
                .findFirst()
                .ifPresent(refused -> findings.add("the content is " + type + ", which is not allowed here"));
        if (matchExtension && !type.matchesExtension(name)) {
            findings.add("the content is " + type + ", which doesn't match the extension of " + name);
        }
    }
}
