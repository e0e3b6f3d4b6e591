package io.datahub.validators.support;

import io.datahub.test.Configurations;
import io.datahub.validators.xml.XmlConfiguration;
import io.datahub.validators.xml.XsdConfiguration;

/** Creates configurations of the validators. */
public final class Settings {

    private Settings() {}

    public static String[] allPaths() {
        return new String[] {"**"};
    }

    public static XmlConfiguration xml(long maxBytes, String... paths) {
        return Configurations.of(XmlConfiguration.class, "name", "xml", "paths", paths, "maxBytes", maxBytes);
    }

    public static XsdConfiguration xsd(String schema) {
        return Configurations.of(
                XsdConfiguration.class, "name", "xsd", "paths", allPaths(), "schema", schema, "maxBytes", 1L << 20);
    }
}
