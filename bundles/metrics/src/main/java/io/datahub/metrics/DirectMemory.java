package io.datahub.metrics;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;

/**
 * The memory of direct buffers, in bytes.
 *
 * @param used what is in use, including buffers that are no longer referenced
 * @param max the maximum; 0 if unknown
 */
record DirectMemory(long used, long max) {

    static DirectMemory measure() {
        long used = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return new DirectMemory(used, option());
    }

    /** Reads {@code -XX:MaxDirectMemorySize}. Its value 0 means as much as the heap. */
    private static long option() {
        try {
            Object option = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=HotSpotDiagnostic"),
                            "getVMOption",
                            new Object[] {"MaxDirectMemorySize"},
                            new String[] {String.class.getName()});
            long max = Long.parseLong(String.valueOf(((CompositeData) option).get("value")));
            return max == 0 ? Runtime.getRuntime().maxMemory() : max;
        } catch (JMException | RuntimeException e) { // another virtual machine than HotSpot
            return 0;
        }
    }
}
