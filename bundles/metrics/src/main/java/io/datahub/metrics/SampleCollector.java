package io.datahub.metrics;

import io.datahub.api.metric.Histogram;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Collects the samples that sources report, in their order, also under former names. For one thread. */
final class SampleCollector implements MetricReport {

    private static final Logger LOG = LoggerFactory.getLogger(SampleCollector.class);

    private final List<Sample> samples = new ArrayList<>();

    /** Collects the samples of a source. If the source fails, all of its samples are dropped. */
    SampleCollector collect(String component, MetricSource source) {
        int previousSize = samples.size();
        try {
            source.report(this);
        } catch (RuntimeException e) {
            LOG.warn("event=metrics.source.failed component={}", component, e);
            samples.subList(previousSize, samples.size()).clear();
        }
        return this;
    }

    List<Sample> samples() {
        return samples;
    }

    private void add(Sample sample) {
        samples.add(sample);
        FormerName.of(sample).ifPresent(samples::add);
    }

    @Override
    public void counter(String name, String help, Number value, String... labels) {
        add(new Sample(name, help, Sample.Kind.COUNTER, List.of(labels), value));
    }

    @Override
    public void gauge(String name, String help, Number value, String... labels) {
        add(new Sample(name, help, Sample.Kind.GAUGE, List.of(labels), value));
    }

    @Override
    public void histogram(String name, String help, Histogram durations, String... labels) {
        add(new Sample(name, help, Sample.Kind.HISTOGRAM, List.of(labels), durations.snapshot()));
    }
}
