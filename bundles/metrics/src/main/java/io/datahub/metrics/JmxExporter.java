package io.datahub.metrics;

import io.datahub.api.metric.MetricSource;
import java.lang.management.ManagementFactory;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows the figures of each part by JMX, as {@code io.datahub:type=Metrics,part=NAME}. */
final class JmxExporter {

    private static final Logger LOG = LoggerFactory.getLogger(JmxExporter.class);

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    void show(String part, MetricSource source) {
        try {
            hide(part);
            server.registerMBean(new SourceMBean(part, source), nameOf(part));
        } catch (JMException e) {
            LOG.warn("metrics=not-managed part={} reason=\"{}\"", part, e.toString());
        }
    }

    void hide(String part) {
        try {
            server.unregisterMBean(nameOf(part));
        } catch (InstanceNotFoundException e) {
            LOG.debug("metrics=not-managed part={}", part);
        } catch (JMException e) {
            LOG.warn("metrics=still-managed part={} reason=\"{}\"", part, e.toString());
        }
    }

    private static ObjectName nameOf(String part) throws JMException {
        return new ObjectName("io.datahub:type=Metrics,part=" + part);
    }
}
