package io.datahub.test.memory;

import io.datahub.api.config.ConfigurationProblem;
import io.datahub.api.config.ConfigurationProblem.InEffect;
import io.datahub.api.config.ConfigurationProblems;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Problems that a test sets, one for each file at most. Thread-safe. */
public final class MemoryConfigurationProblems implements ConfigurationProblems {

    private final Map<String, ConfigurationProblem> byFile = new ConcurrentSkipListMap<>();

    /**
     * Sets the problem of a file.
     *
     * @param file {@code PID.cfg}, or {@code FACTORY-NAME.cfg}
     * @param key the key, or empty
     * @param reason what is wrong
     * @param inEffect which configuration is in effect
     */
    public void set(String file, String key, String reason, InEffect inEffect) {
        String pid = file.substring(0, file.length() - ".cfg".length()).replaceFirst("-", "~");
        byFile.put(file, new ConfigurationProblem(pid, "etc/" + file, key, reason, inEffect));
    }

    /**
     * Forgets the problem of a file.
     *
     * @param file as for {@link #set}
     */
    public void remove(String file) {
        byFile.remove(file);
    }

    @Override
    public List<ConfigurationProblem> problems() {
        return List.copyOf(byFile.values());
    }
}
