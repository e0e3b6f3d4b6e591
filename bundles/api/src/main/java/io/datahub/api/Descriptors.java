package io.datahub.api;

import java.lang.management.ManagementFactory;
import java.util.OptionalLong;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * The file descriptors of the process. A transport takes a {@link #share} of them for its connections, so that whatever
 * clients do, the store, its journal and the logs keep some. For any thread.
 */
public final class Descriptors {

    /** What the hub itself has open: its programs, logs and state. */
    private static final long OWN = 400;

    private static final int PARTS = 5;
    private static final int PARTS_OF_A_TRANSPORT = 2;

    private Descriptors() {}

    /** How many there may be ({@code ulimit -n}); a large number where the system doesn't say. */
    public static long most() {
        long most = attribute("MaxFileDescriptorCount").orElse(0);
        return most > 0 ? most : Integer.MAX_VALUE;
    }

    /** How many are open; empty where the system doesn't say, which it also doesn't when none is left to look with. */
    public static OptionalLong open() {
        return attribute("OpenFileDescriptorCount");
    }

    /**
     * What the connections of one transport may take: two fifths of those that the hub doesn't need for itself.
     *
     * @param most as of {@link #most}
     * @return at least 1
     */
    public static long share(long most) {
        return Math.max(Math.max(1, most / (2 * PARTS)), (most - OWN) / PARTS * PARTS_OF_A_TRANSPORT);
    }

    private static OptionalLong attribute(String name) {
        try {
            Object value = ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(new ObjectName("java.lang:type=OperatingSystem"), name);
            return value instanceof Long number ? OptionalLong.of(number) : OptionalLong.empty();
        } catch (JMException | RuntimeException e) {
            return OptionalLong.empty();
        }
    }
}
