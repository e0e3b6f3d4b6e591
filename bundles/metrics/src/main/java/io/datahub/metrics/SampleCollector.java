package io.datahub.metrics;

import io.datahub.api.metric.Histogram;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The figures that sources tell, in the order in which they come. For one thread. */
final class SampleCollector implements MetricReport {

    private static final Logger LOG = LoggerFactory.getLogger(SampleCollector.class);

    private final List<Sample> all = new ArrayList<>();

    /** Asks a source; one that fails is left out, with what it told until then. */
    SampleCollector ask(String part, MetricSource source) {
        int before = all.size();
        try {
            source.report(this);
        } catch (RuntimeException e) {
            LOG.warn("metrics=failed part={}", part, e);
            all.subList(before, all.size()).clear();
        }
        return this;
    }

    List<Sample> all() {
        return all;
    }

    @Override
    public void counter(String name, String help, Number value, String... labels) {
        all.add(new Sample(name, help, Sample.Kind.COUNTER, List.of(labels), value));
    }

    @Override
    public void gauge(String name, String help, Number value, String... labels) {
        all.add(new Sample(name, help, Sample.Kind.GAUGE, List.of(labels), value));
    }

    @Override
    public void histogram(String name, String help, Histogram durations, String... labels) {
        all.add(new Sample(name, help, Sample.Kind.HISTOGRAM, List.of(labels), durations.snapshot()));
    }
}
