package io.datahub.records.service;

import io.datahub.records.settings.StoreConfiguration;
import io.datahub.records.settings.StoreSettings;
import io.datahub.records.validation.RequiredValidators;
import io.datahub.records.validation.ValidationService;
import io.datahub.records.validation.ValidatorRegistry;
import io.datahub.records.validation.ValidatorTracker;
import java.io.IOException;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * The validation of records by the validators that are services.
 *
 * @param registry the validators that are known
 * @param tracker told of services that come and go
 * @param required told of configurations that come and go
 * @param service validates
 */
public record RecordValidation(
        ValidatorRegistry registry, ValidatorTracker tracker, RequiredValidators required, ValidationService service)
        implements AutoCloseable {

    /** Begins with the validators that are configured. */
    public static RecordValidation of(BundleContext context, ConfigurationAdmin admin, StoreSettings settings)
            throws IOException {
        ValidatorRegistry registry = new ValidatorRegistry();
        RecordValidation validation = new RecordValidation(
                registry,
                new ValidatorTracker(context, registry),
                new RequiredValidators(admin, registry),
                new ValidationService(registry, settings.maxValidations()));
        validation.configure(settings);
        return validation;
    }

    /** Applies settings. */
    public void configure(StoreSettings settings) {
        service.setTimeLimit(settings.validationTime());
        registry.setTrial(settings.trial());
        registry.require(StoreConfiguration.PID, settings.required());
    }

    /** Ends running validations. */
    @Override
    public void close() {
        service.close();
    }
}
