package io.datahub.store;

import io.datahub.store.validation.RequiredValidator;
import io.datahub.store.validation.ValidatorProperties;
import io.datahub.store.validation.ValidatorRegistry;
import java.io.IOException;
import java.util.List;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A validator that is configured is required, from the moment at which its configuration comes until it goes. */
final class RequiredValidators {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");

    private final ConfigurationAdmin admin;
    private final ValidatorRegistry bench;

    RequiredValidators(ConfigurationAdmin admin, ValidatorRegistry bench) throws IOException {
        this.admin = admin;
        this.bench = bench;
        read("(service.factoryPid=" + ValidatorProperties.PID_PREFIX + "*)");
    }

    private void read(String filter) throws IOException {
        try {
            Configuration[] found = admin.listConfigurations(filter);
            for (Configuration configuration : found == null ? new Configuration[0] : found) {
                require(configuration);
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void require(Configuration configuration) {
        String pid = configuration.getPid();
        List<RequiredValidator> required = ValidatorProperties.requirements(pid, configuration.getProperties());
        bench.require(pid, required);
        LOG.info("event=validator-required pid={} required={}", pid, required);
    }

    void changed(ConfigurationEvent event) throws IOException {
        String factory = event.getFactoryPid();
        if (factory == null || !factory.startsWith(ValidatorProperties.PID_PREFIX)) {
            return;
        }
        if (event.getType() == ConfigurationEvent.CM_DELETED) {
            bench.require(event.getPid(), List.of());
            LOG.info("event=validator-not-required pid={}", event.getPid());
        } else {
            read("(service.pid=" + event.getPid() + ")");
        }
    }
}
