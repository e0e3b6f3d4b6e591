package io.datahub.api;

import java.lang.management.ManagementFactory;
import java.util.OptionalLong;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * The file descriptors of the process. A transport limits its connections to a {@link #share} of them, so that
 * descriptors remain for the store, its journal and the logs whatever clients do. Thread-safe.
 */
public final class Descriptors {

    /** The descriptors reserved for the hub itself: its programs, logs and state. */
    private static final long OWN = 400;

    private static final int PARTS = 5;
    private static final int PARTS_OF_A_TRANSPORT = 2;

    private Descriptors() {}

    /** The maximum number ({@code ulimit -n}); a large number if the system doesn't report it. */
    public static long most() {
        long most = attribute("MaxFileDescriptorCount").orElse(0);
        return most > 0 ? most : Integer.MAX_VALUE;
    }

    /**
     * The number of open ones; empty if the system doesn't report it, which includes having none left to query it with.
     */
    public static OptionalLong open() {
        return attribute("OpenFileDescriptorCount");
    }

    /**
     * The maximum for the connections of one transport: two fifths of those that aren't reserved for the hub.
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
