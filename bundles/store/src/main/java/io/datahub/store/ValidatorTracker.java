package io.datahub.store;

import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorService;
import io.datahub.store.validation.RegisteredValidator;
import io.datahub.store.validation.ValidatorProperties;
import io.datahub.store.validation.ValidatorRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the validators that are OSGi services. A service is fetched only when it is to validate, since some
 * validators depend on the store themselves.
 */
final class ValidatorTracker {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final long DEFAULT_MILLIS = 10_000;

    private final BundleContext context;
    private final ValidatorRegistry registry;
    private final Map<ServiceReference<Validator>, RegisteredValidator> validators = new ConcurrentHashMap<>();

    ValidatorTracker(BundleContext context, ValidatorRegistry registry) {
        this.context = context;
        this.registry = registry;
    }

    void add(ServiceReference<Validator> reference) {
        RegisteredValidator validator = create(reference);
        validators.put(reference, validator);
        registry.add(validator);
        LOG.info("event=validator-seated validator={}", validator);
    }

    void update(ServiceReference<Validator> reference) {
        RegisteredValidator replacement = create(reference);
        RegisteredValidator previous = validators.put(reference, replacement);
        registry.replace(previous, replacement);
        LOG.info("event=validator-reseated validator={}", replacement);
    }

    void remove(ServiceReference<Validator> reference) {
        RegisteredValidator validator = validators.remove(reference);
        registry.remove(validator);
        LOG.info("event=validator-left validator={}", validator);
    }

    private RegisteredValidator create(ServiceReference<Validator> reference) {
        String pid = String.valueOf(reference.getProperty(Constants.SERVICE_PID));
        String name = ValidatorProperties.name(reference.getProperty(ValidatorService.NAME), pid);
        List<PathPattern> patterns = ValidatorProperties.patterns(reference.getProperty(ValidatorService.PATHS));
        if (patterns.isEmpty() && !ValidatorProperties.hasTopics(reference.getProperty(EventValidator.TOPICS))) {
            LOG.warn("event=validator-idle validator={} cure=\"give it the service property paths\"", name);
        }
        return new RegisteredValidator(
                name,
                reference.getBundle().getVersion(),
                reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer ranking ? ranking : 0,
                (Long) reference.getProperty(Constants.SERVICE_ID),
                patterns,
                Duration.ofMillis(millis(reference.getProperty(ValidatorService.TIMEOUT_MILLIS))),
                () -> context.getService(reference));
    }

    private static long millis(Object value) {
        if (value instanceof Number number) {
            return number.longValue();
        }
        return value == null ? DEFAULT_MILLIS : Long.parseLong(value.toString().strip());
    }
}
