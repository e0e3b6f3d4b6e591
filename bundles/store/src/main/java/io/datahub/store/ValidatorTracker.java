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
 * Seats the validators that are registered as services. A validator is asked for only when it is to judge, since some need
 * the store themselves.
 */
final class ValidatorTracker {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final long DEFAULT_MILLIS = 10_000;

    private final BundleContext context;
    private final ValidatorRegistry bench;
    private final Map<ServiceReference<Validator>, RegisteredValidator> seats = new ConcurrentHashMap<>();

    ValidatorTracker(BundleContext context, ValidatorRegistry bench) {
        this.context = context;
        this.bench = bench;
    }

    void add(ServiceReference<Validator> reference) {
        RegisteredValidator seat = seat(reference);
        seats.put(reference, seat);
        bench.add(seat);
        LOG.info("event=validator-seated validator={}", seat);
    }

    void update(ServiceReference<Validator> reference) {
        RegisteredValidator next = seat(reference);
        RegisteredValidator old = seats.put(reference, next);
        bench.replace(old, next);
        LOG.info("event=validator-reseated validator={}", next);
    }

    void remove(ServiceReference<Validator> reference) {
        RegisteredValidator seat = seats.remove(reference);
        bench.remove(seat);
        LOG.info("event=validator-left validator={}", seat);
    }

    private RegisteredValidator seat(ServiceReference<Validator> reference) {
        String pid = String.valueOf(reference.getProperty(Constants.SERVICE_PID));
        String name = ValidatorProperties.name(reference.getProperty(ValidatorService.NAME), pid);
        List<PathPattern> patterns = ValidatorProperties.patterns(reference.getProperty(ValidatorService.PATHS));
        if (patterns.isEmpty() && !ValidatorProperties.judgesEvents(reference.getProperty(EventValidator.TOPICS))) {
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
