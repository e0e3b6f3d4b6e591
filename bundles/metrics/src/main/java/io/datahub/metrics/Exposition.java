package io.datahub.metrics;

import io.datahub.api.metric.Histogram;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes samples in Prometheus text format 0.0.4: all series of one metric are grouped together. */
final class Exposition {

    static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder(16_384);

    private Exposition() {}

    static String of(Collection<Sample> samples) {
        Map<String, List<Sample>> families = new LinkedHashMap<>();
        samples.forEach(sample -> families.computeIfAbsent(sample.name(), name -> new ArrayList<>())
                .add(sample));
        Exposition exposition = new Exposition();
        families.values().forEach(exposition::family);
        return exposition.text.toString();
    }

    private void family(List<Sample> samples) {
        Sample first = samples.get(0);
        text.append("# HELP ").append(first.name()).append(' ');
        text.append(first.help().replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
        text.append("# TYPE ").append(first.name()).append(' ');
        text.append(first.kind().name().toLowerCase(Locale.ROOT)).append('\n');
        for (Sample sample : samples) {
            if (sample.value() instanceof Histogram.Snapshot snapshot) {
                histogram(sample, snapshot);
            } else {
                line(sample.series(), (Number) sample.value());
            }
        }
    }

    private void histogram(Sample sample, Histogram.Snapshot snapshot) {
        for (int i = 0; i < snapshot.size(); i++) {
            bucket(sample, number(snapshot.bound(i)), snapshot.upTo(i));
        }
        bucket(sample, "+Inf", snapshot.count());
        String labels = Sample.braced(sample.labels());
        line(sample.name() + "_sum" + labels, snapshot.seconds());
        line(sample.name() + "_count" + labels, snapshot.count());
    }

    private void bucket(Sample sample, String bound, long count) {
        List<String> labels = new ArrayList<>(sample.labels());
        labels.add("le");
        labels.add(bound);
        line(sample.name() + "_bucket" + Sample.braced(labels), count);
    }

    private void line(String series, Number value) {
        text.append(series).append(' ').append(number(value.doubleValue())).append('\n');
    }

    /**
     * Formats integers without a fraction for readability, other numbers in the notation shared by Java and Prometheus.
     */
    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
            return Long.toString((long) value);
        }
        return Double.isInfinite(value) ? (value > 0 ? "+Inf" : "-Inf") : Double.toString(value);
    }
}
