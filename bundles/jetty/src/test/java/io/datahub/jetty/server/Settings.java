package io.datahub.jetty.server;

import io.datahub.jetty.JettyConfiguration;
import io.datahub.test.Configurations;
import java.util.HashMap;
import java.util.Map;

/** Configurations that override defaults. */
public final class Settings {

    private Settings() {}

    /** The defaults on a free port, with these overrides: name, value, name, value … */
    public static JettyConfiguration with(Object... changes) {
        Map<String, Object> values = new HashMap<>(Map.of("port", 0, "stopTimeoutMillis", 2_000L));
        for (int i = 0; i < changes.length; i += 2) {
            values.put((String) changes[i], changes[i + 1]);
        }
        return Configurations.of(JettyConfiguration.class, values);
    }
}
