package io.datahub.metrics;

import io.datahub.api.metric.Histogram;
import io.datahub.api.metric.MetricSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;

/**
 * The metrics of one component by JMX, each as an attribute with its Prometheus name. A histogram has two attributes:
 * count and sum. For any thread.
 */
final class MetricSourceMBean implements DynamicMBean {

    private final String component;
    private final MetricSource source;

    MetricSourceMBean(String component, MetricSource source) {
        this.component = component;
        this.source = source;
    }

    private Map<String, Double> values() {
        Map<String, Double> values = new TreeMap<>();
        for (Sample sample : samples()) {
            if (sample.value() instanceof Histogram.Snapshot snapshot) {
                String labels = Sample.braced(sample.labels());
                values.put(sample.name() + "_count" + labels, (double) snapshot.count());
                values.put(sample.name() + "_sum" + labels, snapshot.seconds());
            } else {
                values.put(sample.series(), ((Number) sample.value()).doubleValue());
            }
        }
        return values;
    }

    private List<Sample> samples() {
        return new SampleCollector().collect(component, source).samples();
    }

    @Override
    public Object getAttribute(String name) throws AttributeNotFoundException {
        Double value = values().get(name);
        if (value == null) {
            throw new AttributeNotFoundException("component " + component + " has no metric " + name);
        }
        return value;
    }

    @Override
    public AttributeList getAttributes(String[] names) {
        Map<String, Double> values = values();
        AttributeList found = new AttributeList();
        for (String name : names) {
            if (values.containsKey(name)) {
                found.add(new Attribute(name, values.get(name)));
            }
        }
        return found;
    }

    @Override
    public MBeanInfo getMBeanInfo() {
        MBeanAttributeInfo[] attributes = values().keySet().stream()
                .map(name -> new MBeanAttributeInfo(name, "double", name, true, false, false))
                .toArray(MBeanAttributeInfo[]::new);
        return new MBeanInfo(
                MetricSourceMBean.class.getName(), "Metrics of " + component, attributes, null, null, null);
    }

    @Override
    public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
        throw new AttributeNotFoundException("metrics are read-only");
    }

    @Override
    public AttributeList setAttributes(AttributeList attributes) {
        return new AttributeList();
    }

    @Override
    public Object invoke(String action, Object[] arguments, String[] types) {
        throw new UnsupportedOperationException("metrics are read-only");
    }
}
