package io.datahub.records.validation;

import io.datahub.api.log.LogText;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorPrecedence;
import io.datahub.api.validation.ValidatorProperties;
import io.datahub.api.validation.ValidatorService;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the validators that are OSGi services. A service is fetched only when it is to validate, since some
 * validators depend on the store themselves.
 */
public final class ValidatorTracker {

    private static final Logger LOG = LoggerFactory.getLogger(ValidatorTracker.class);

    private final BundleContext context;
    private final ValidatorRegistry registry;
    private final Map<ServiceReference<Validator>, RegisteredValidator> validators = new ConcurrentHashMap<>();

    public ValidatorTracker(BundleContext context, ValidatorRegistry registry) {
        this.context = context;
        this.registry = registry;
    }

    public void add(ServiceReference<Validator> reference) {
        RegisteredValidator validator = create(reference);
        validators.put(reference, validator);
        registry.add(validator);
        LOG.info("event=store.validator.registered validator={}", LogText.quoted(validator));
    }

    public void update(ServiceReference<Validator> reference) {
        RegisteredValidator replacement = create(reference);
        RegisteredValidator previous = validators.put(reference, replacement);
        registry.replace(previous, replacement);
        LOG.info("event=store.validator.updated validator={}", LogText.quoted(replacement));
    }

    public void remove(ServiceReference<Validator> reference) {
        RegisteredValidator validator = validators.remove(reference);
        registry.remove(validator);
        LOG.info("event=store.validator.unregistered validator={}", LogText.quoted(validator));
    }

    private RegisteredValidator create(ServiceReference<Validator> reference) {
        String name = ValidatorProperties.name(reference);
        List<PathPattern> patterns = ValidatorProperties.patterns(reference.getProperty(ValidatorService.PATHS));
        if (patterns.isEmpty()
                && ValidatorProperties.list(reference.getProperty(EventValidator.TOPICS))
                        .isEmpty()) {
            LOG.warn(
                    "event=store.validator.unused validator={} remedy=\"set its service property paths\"",
                    LogText.quoted(name));
        }
        return new RegisteredValidator(
                name,
                ValidatorPrecedence.of(reference),
                patterns,
                ValidatorProperties.timeLimit(reference),
                RequiredValidator.isOptional(reference.getProperty(RequiredValidator.OPTIONAL)),
                () -> context.getService(reference));
    }
}
