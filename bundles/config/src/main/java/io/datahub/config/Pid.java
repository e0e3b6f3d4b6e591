package io.datahub.config;

/**
 * Which configuration a file is of: {@code PID.cfg}, or {@code FACTORY-NAME.cfg}.
 *
 * @param base the PID, or the factory's
 * @param name the name within the factory, or null
 */
record Pid(String base, String name) {

    private static final String END = ".cfg";

    static boolean isOurs(String file) {
        return file.startsWith("io.datahub.") && file.endsWith(END);
    }

    static Pid of(String file) {
        String text = file.substring(0, file.length() - END.length());
        int split = text.indexOf('-');
        return split < 0 ? new Pid(text, null) : new Pid(text.substring(0, split), text.substring(split + 1));
    }
}
