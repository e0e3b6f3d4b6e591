package io.datahub.api.config;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Service: the problems of the hub's configuration files in {@code etc/}. There is none in a Karaf that loads
 * configuration files itself. For any thread; never blocks.
 */
@ProviderType
public interface ConfigurationProblems {

    /**
     * The current problems.
     *
     * @return by file, then by the order of the keys in the file; empty if every file is in effect without a warning
     */
    List<ConfigurationProblem> problems();
}
