package io.datahub.records.validation;

import io.datahub.api.log.LogText;
import io.datahub.api.validation.ValidatorProperties;
import java.io.IOException;
import java.util.List;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.SynchronousConfigurationListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requires each configured validator, from the moment its configuration is created until it is deleted. */
public final class RequiredValidators implements SynchronousConfigurationListener {

    private static final Logger LOG = LoggerFactory.getLogger(RequiredValidators.class);

    private final ConfigurationAdmin admin;
    private final ValidatorRegistry registry;

    public RequiredValidators(ConfigurationAdmin admin, ValidatorRegistry registry) throws IOException {
        this.admin = admin;
        this.registry = registry;
        requireAll("(service.factoryPid=" + ValidatorProperties.PID_PREFIX + "*)");
    }

    private void requireAll(String filter) throws IOException {
        try {
            Configuration[] configurations = admin.listConfigurations(filter);
            for (Configuration configuration : configurations == null ? new Configuration[0] : configurations) {
                require(configuration);
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void require(Configuration configuration) {
        String pid = configuration.getPid();
        List<RequiredValidator> required = RequiredValidator.ofConfiguration(pid, configuration.getProperties());
        registry.require(pid, required);
        LOG.info("event=store.validator.required pid={} required={}", pid, LogText.quoted(required));
    }

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        try {
            configurationChanged(event);
        } catch (IOException e) {
            LOG.error("event=store.validator.configuration-unreadable pid={}", event.getPid(), e);
        }
    }

    private void configurationChanged(ConfigurationEvent event) throws IOException {
        String factoryPid = event.getFactoryPid();
        if (factoryPid == null || !factoryPid.startsWith(ValidatorProperties.PID_PREFIX)) {
            return;
        }
        if (event.getType() == ConfigurationEvent.CM_DELETED) {
            registry.require(event.getPid(), List.of());
            LOG.info("event=store.validator.no-longer-required pid={}", event.getPid());
        } else {
            requireAll("(service.pid=" + event.getPid() + ")");
        }
    }
}
