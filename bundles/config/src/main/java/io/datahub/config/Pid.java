package io.datahub.config;

/**
 * The PID of the configuration in a file: {@code PID.cfg}, or {@code FACTORY-NAME.cfg}.
 *
 * @param base the PID, or the factory PID
 * @param name the name of the factory configuration, or null
 */
record Pid(String base, String name) {

    private static final String EXTENSION = ".cfg";

    static boolean isHubFile(String file) {
        return file.startsWith("io.datahub.") && file.endsWith(EXTENSION);
    }

    static Pid of(String file) {
        String text = file.substring(0, file.length() - EXTENSION.length());
        int separator = text.indexOf('-');
        return separator < 0
                ? new Pid(text, null)
                : new Pid(text.substring(0, separator), text.substring(separator + 1));
    }

    /** The PID in Configuration Admin. */
    @Override
    public String toString() {
        return name == null ? base : base + "~" + name;
    }
}
