package io.datahub.jetty;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** The limit of file descriptors that the process has. */
final class Descriptors {

    private Descriptors() {}

    /** How many there may be; a large number where the system doesn't say. */
    static long most() {
        try {
            Object most = ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(new ObjectName("java.lang:type=OperatingSystem"), "MaxFileDescriptorCount");
            return most instanceof Long limit && limit > 0 ? limit : Integer.MAX_VALUE;
        } catch (JMException e) {
            return Integer.MAX_VALUE;
        }
    }
}
