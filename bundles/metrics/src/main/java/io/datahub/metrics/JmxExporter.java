package io.datahub.metrics;

import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricSource;
import java.lang.management.ManagementFactory;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Exports the metrics of each component by JMX, as {@code io.datahub:type=Metrics,part=NAME}. */
final class JmxExporter {

    private static final Logger LOG = LoggerFactory.getLogger(JmxExporter.class);

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    void register(String component, MetricSource source) {
        try {
            unregister(component);
            server.registerMBean(new MetricSourceMBean(component, source), nameOf(component));
        } catch (JMException e) {
            LOG.warn(
                    "event=metrics.mbean.registration-failed component={} reason={}",
                    component,
                    LogText.quoted(e.toString()));
        }
    }

    void unregister(String component) {
        try {
            server.unregisterMBean(nameOf(component));
        } catch (InstanceNotFoundException e) {
            LOG.debug("event=metrics.mbean.not-registered component={}", component);
        } catch (JMException e) {
            LOG.warn(
                    "event=metrics.mbean.removal-failed component={} reason={}",
                    component,
                    LogText.quoted(e.toString()));
        }
    }

    private static ObjectName nameOf(String component) throws JMException {
        return new ObjectName("io.datahub:type=Metrics,part=" + component);
    }
}
