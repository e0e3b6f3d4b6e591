package io.datahub.api.config;

/**
 * A problem in a configuration file.
 *
 * @param pid the PID of the file's configuration; {@code FACTORY~NAME} for a factory configuration
 * @param file the file below the hub's home: {@code etc/NAME.cfg}
 * @param key the key, or empty if the problem concerns the whole file
 * @param reason the invalid value, the allowed values and the remedy, on one line
 * @param inEffect which configuration is in effect; {@link InEffect#CURRENT_VERSION} if the problem is only a warning
 */
public record ConfigurationProblem(String pid, String file, String key, String reason, InEffect inEffect) {

    /** The configuration that is in effect for a file. */
    public enum InEffect {
        /** The current version of the file: it is valid, but has something that the operator should look at. */
        CURRENT_VERSION(""),
        /** The file is invalid; its previous version stays in effect. */
        PREVIOUS_VERSION("; the previous version stays in effect"),
        /** The file is invalid and has no valid version; the component keeps its defaults. */
        DEFAULTS("; the defaults stay in effect"),
        /** The file is invalid and has no valid version; without it the component doesn't exist, or doesn't start. */
        NOTHING("; the file has no effect");

        private final String consequence;

        InEffect(String consequence) {
            this.consequence = consequence;
        }
    }

    /**
     * Whether the file is invalid as a whole; otherwise the problem is a warning.
     *
     * @return whether it is
     */
    public boolean isFatal() {
        return inEffect != InEffect.CURRENT_VERSION;
    }

    /** File, key, reason and consequence, on one line for people. */
    @Override
    public String toString() {
        return file + ": " + (key.isEmpty() ? "" : key + ": ") + reason + inEffect.consequence;
    }
}
