package io.datahub.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * The configurations in Configuration Admin that were loaded from files. Each has a property with its file, the one
 * that Karaf's file installer sets.
 */
final class Configurations {

    private static final String FILE_PROPERTY = "felix.fileinstall.filename";

    private final ConfigurationAdmin admin;
    private final Path directory;

    Configurations(ConfigurationAdmin admin, Path directory) {
        this.admin = admin;
        this.directory = directory;
    }

    /** Updates the configuration of a file and returns whether its values changed. */
    boolean put(String file, Map<String, String> values) throws IOException {
        Pid pid = Pid.of(file);
        Configuration configuration = pid.name() == null
                ? admin.getConfiguration(pid.base(), "?")
                : admin.getFactoryConfiguration(pid.base(), pid.name(), "?");
        if (values.equals(ownProperties(configuration.getProperties()))) {
            return false;
        }
        Map<String, Object> properties = new HashMap<>(values);
        properties.put(FILE_PROPERTY, uri(file));
        configuration.update(FrameworkUtil.asDictionary(properties));
        return true;
    }

    void remove(String file) throws IOException {
        for (Configuration configuration : find("(service.pid=" + servicePid(file) + ")")) {
            configuration.delete();
        }
    }

    /** Removes the configurations whose files no longer exist. */
    void removeStale(Set<String> files) throws IOException {
        for (Configuration configuration : find("(&(service.pid=io.datahub.*)(" + FILE_PROPERTY + "=*))")) {
            String source = String.valueOf(configuration.getProperties().get(FILE_PROPERTY));
            if (files.stream().noneMatch(file -> uri(file).equals(source))) {
                configuration.delete();
            }
        }
    }

    private String uri(String file) {
        return directory.resolve(file).toUri().toString();
    }

    private static String servicePid(String file) {
        Pid pid = Pid.of(file);
        return pid.name() == null ? pid.base() : pid.base() + "~" + pid.name();
    }

    private Configuration[] find(String filter) throws IOException {
        try {
            Configuration[] found = admin.listConfigurations(filter);
            return found == null ? new Configuration[0] : found;
        } catch (InvalidSyntaxException e) {
            throw new IOException("a file's name can't be looked up: " + filter, e);
        }
    }

    private static Map<String, Object> ownProperties(Dictionary<String, Object> properties) {
        Map<String, Object> ownProperties = new HashMap<>();
        Enumeration<String> keys = properties == null ? Collections.emptyEnumeration() : properties.keys();
        while (keys.hasMoreElements()) {
            String key = keys.nextElement();
            if (!key.startsWith("service.") && !key.equals(FILE_PROPERTY)) {
                ownProperties.put(key, properties.get(key));
            }
        }
        return ownProperties;
    }
}
