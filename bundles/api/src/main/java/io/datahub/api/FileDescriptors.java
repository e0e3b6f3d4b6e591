package io.datahub.api;

import java.lang.management.ManagementFactory;
import java.util.OptionalLong;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * The file descriptors of the process. A transport limits its connections to a {@link #share} of them, so that
 * descriptors remain for the store, its journal and the logs whatever clients do. Thread-safe.
 */
public final class FileDescriptors {

    /** The descriptors reserved for the hub itself: its programs, logs and state. */
    private static final long RESERVED = 400;

    private static final int SHARE_DENOMINATOR = 5;
    private static final int SHARE_NUMERATOR = 2;

    private FileDescriptors() {}

    /**
     * The maximum number ({@code ulimit -n}); a large number if the system doesn't report it.
     *
     * @return the maximum number
     */
    public static long max() {
        long max = attribute("MaxFileDescriptorCount").orElse(0);
        return max > 0 ? max : Integer.MAX_VALUE;
    }

    /**
     * The number of open ones; empty if the system doesn't report it, which includes having none left to query it with.
     *
     * @return the number
     */
    public static OptionalLong open() {
        return attribute("OpenFileDescriptorCount");
    }

    /**
     * The maximum for the connections of one transport: two fifths of those that aren't reserved for the hub.
     *
     * @param max as of {@link #max}
     * @return at least 1
     */
    public static long share(long max) {
        return Math.max(
                Math.max(1, max / (2 * SHARE_DENOMINATOR)), (max - RESERVED) / SHARE_DENOMINATOR * SHARE_NUMERATOR);
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
