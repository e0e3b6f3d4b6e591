package io.datahub.api.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** The name of a hub, by which the others of its cluster know it. */
public final class HubName {

    /** The form of a name. */
    public static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");

    private HubName() {}

    /**
     * The name of this hub.
     *
     * @param configured the configuration key {@code hub}; if it is empty, the first part of the machine's name is used
     * @return the name
     * @throws IllegalArgumentException if the name has another form than {@link #FORM}
     */
    public static String of(String configured) {
        String name = configured.isBlank() ? machine().replaceFirst("\\..*", "") : configured.strip();
        if (!FORM.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the key hub of io.datahub.cluster.cfg must have 1 to 63 letters, digits,"
                            + " underscores and hyphens, and begin with a letter or digit, but the name is \"" + name
                            + "\"");
        }
        return name;
    }

    private static String machine() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("this machine's name isn't known: set the key hub", e);
        }
    }
}
